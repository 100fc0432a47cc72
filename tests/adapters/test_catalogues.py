# SPDX-License-Identifier: LGPL-3.0-or-later
"""Translations are kept in line with the code, and what would break a screen is found."""

import polib
import pytest

from dev import catalogues, i18n


def catalogue(*entries, **metadata):
    """A catalogue of pairs (source, translation), or of polib's entries."""
    made = polib.POFile()
    made.metadata = {"POT-Creation-Date": "now", **metadata}
    for entry in entries:
        if isinstance(entry, tuple):
            entry = polib.POEntry(
                msgid=entry[0], msgstr=entry[1], comment="module: marketplace_sync",
                occurrences=[(f"code:addons/marketplace_sync/{entry[0][:3]}.py", "0")])
        made.append(entry)
    return made


def template(*sources):
    return catalogue(*((source, "") for source in sources))


class TestRefresh:

    def test_translations_are_kept_new_texts_added_others_dropped(self):
        french = catalogue(("Save", "Enregistrer"), ("Gone", "Parti"), Language="fr")
        assert catalogues.refresh(french, template("New", "Save")) == (1, 1)
        assert [(entry.msgid, entry.msgstr) for entry in french] == [("New", ""), ("Save", "Enregistrer")]
        assert french.metadata["Language"] == "fr"
        assert not french.obsolete_entries()

    def test_where_a_text_stands_is_the_templates(self):
        french = catalogue(polib.POEntry(
            msgid="Save", msgstr="Enregistrer", occurrences=[("code:old.py", "7")], comment="module: old",
            tcomment="the button", flags=["fuzzy", "c-format"]))
        catalogues.refresh(french, template("Save"))
        [entry] = french
        assert entry.occurrences == [("code:addons/marketplace_sync/Sav.py", "0")]
        assert (entry.comment, entry.tcomment, entry.flags) == ("module: marketplace_sync", "the button", ["fuzzy"])

    def test_again_changes_nothing(self):
        french, source = catalogue(("Save", "Enregistrer")), template("Save", "New")
        catalogues.refresh(french, source)
        before = str(french)
        assert catalogues.refresh(french, source) == (0, 0)
        assert str(french) == before


class TestStale:

    def test_the_same_but_for_the_date(self):
        old, new = template("A"), template("A")
        new.metadata["POT-Creation-Date"] = "later"
        assert catalogues.same(old, new)
        assert not list(catalogues.stale(old, new))

    @pytest.mark.parametrize(("kept", "exported", "said"), [
        (("A",), ("A", "B"), 'lacks "B"'),
        (("A", "B"), ("A",), 'has "B", which is gone'),
    ])
    def test_other_texts(self, kept, exported, said):
        assert not catalogues.same(template(*kept), template(*exported))
        assert list(catalogues.stale(template(*kept), template(*exported))) == [said]

    def test_another_place(self):
        moved = template("A")
        moved[0].occurrences = [("code:other.py", "0")]
        assert list(catalogues.stale(template("A"), moved)) == ['says that "A" stands elsewhere than it does']


class TestFaults:

    def faults(self, *entries, wanted=None):
        return list(catalogues.faults(catalogue(*entries), template(*(wanted or [entry[0] for entry in entries]))))

    def test_complete(self):
        assert not self.faults(("Save", "Enregistrer"), ("SKU", "SKU"))

    def test_incomplete(self):
        assert self.faults(("Save", "")) == ['does not translate "Save"']
        assert self.faults(("Save", "x"), wanted=["Save", "New"]) == ['lacks "New"']
        assert self.faults(("Save", "x"), ("Gone", "y"), wanted=["Save"]) == ['has "Gone", which is gone']
        assert self.faults(("Save", "x"), ("Save", "x"), wanted=["Save"]) == ['has "Save" 2 times']

    def test_not_sure(self):
        unsure = polib.POEntry(msgid="Save", msgstr="Sauver", flags=["fuzzy"])
        assert list(catalogues.faults(catalogue(unsure), template("Save"))) == ['is not sure of "Save"']

    @pytest.mark.parametrize(("source", "translation"), [
        ("%(count)s listings", "%(count)s annonces"),
        ("%(done)s of %(all)s", "de %(all)s, %(done)s"),
        ("%s is %.1f %%", "%s : %.1f %%"),
        ("90 % of the stock", "90 % des stocks"),
        ("{name}: {}", "{} : {name}"),
        ('Read <a href="x" title="More">this</a>', 'Lisez <a title="Plus" href="x">ceci</a>'),
        ("1 < 2 > 0", "1 < 2 > 0, oui"),
        ("Both\n", "Les deux\n"),
    ])
    def test_in_common(self, source, translation):
        assert not self.faults((source, translation))

    @pytest.mark.parametrize(("source", "translation", "said"), [
        ("%(count)s listings", "%(nombre)s annonces", "other placeholders (without %(count)s, with %(nombre)s)"),
        ("%(count)s listings", "%(count) annonces", "other placeholders (without %(count)s)"),
        ("%(count)s listings", "annonces", "other placeholders (without %(count)s)"),
        ("%s of %s", "%s", "other placeholders (without %s)"),
        ("50 %%", "50 %", "other placeholders (without %%)"),
        ("All", "%d", "other placeholders (with %d)"),
        ("{name}", "{nom}", "other placeholders (without {name}, with {nom})"),
        ("<b>Bold</b>", "<b>Gras<b>", "other tags (without </b>, with <b>)"),
        ('<i class="fa fa-x"/> Go', '<i class="fa fa-y"/> Va', "other tags (without <i class=fa fa-x/>, "
         "with <i class=fa fa-y/>)"),
        ("Press <br/> this", "Appuyez", "other tags (without <br/>)"),
        (" and", "et", "other blanks at the ends (without start ' ', with start '')"),
        ("end\n", "fin", "other blanks at the ends (without end '\\n', with end '')"),
    ])
    def test_not_in_common(self, source, translation, said):
        [fault] = self.faults((source, translation))
        assert fault.startswith(said), fault

    def test_long_texts_are_cut(self):
        [fault] = self.faults(("word " * 40, ""))
        assert len(fault) < 100


class TestCommand:
    """`dev.i18n` on a folder of its own."""

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path, monkeypatch):
        monkeypatch.setattr(i18n, "FOLDER", tmp_path / "i18n")
        monkeypatch.setattr(i18n, "TEMPLATE", tmp_path / "i18n" / "marketplace_sync.pot")
        self.exported = tmp_path / "exported.pot"
        template("New", "Save").save(str(self.exported))
        return tmp_path / "i18n"

    def test_refreshed_then_checked(self, folder, capsys):
        assert i18n.check(self.exported) == 1, "there is no template"
        i18n.refresh(self.exported)
        assert i18n.check(self.exported) == 0
        french = folder / "fr.po"
        catalogue(("Save", "Enregistrer")).save(str(french))
        i18n.refresh(self.exported)
        assert "fr.po: 1 new, 0 gone, 50 % translated" in capsys.readouterr().out
        assert i18n.check(self.exported) == 1
        assert 'fr.po: does not translate "New"' in capsys.readouterr().out
        complete = polib.pofile(str(french))
        complete.find("New").msgstr = "Nouveau"
        complete.save(str(french))
        assert i18n.check(self.exported) == 0

    def test_files_that_are_right_are_not_written(self, folder):
        i18n.refresh(self.exported)
        before = i18n.TEMPLATE.read_bytes()
        later = template("New", "Save")
        later.metadata["POT-Creation-Date"] = "later"
        later.save(str(self.exported))
        i18n.refresh(self.exported)
        assert i18n.TEMPLATE.read_bytes() == before

    def test_many_faults_are_counted(self, folder, capsys):
        i18n.refresh(self.exported)
        many = [f"Text {number}" for number in range(30)]
        template(*many).save(str(self.exported))
        i18n.refresh(self.exported)
        template(*many).save(str(folder / "de.po"))
        assert i18n.check(self.exported) == 30
        assert "de.po: and 10 more" in capsys.readouterr().out
