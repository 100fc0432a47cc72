# SPDX-License-Identifier: LGPL-3.0-or-later
"""Whether what has to hold has held, from the shops' own records, Odoo's own tables, the diaries and the logs.

lost         every number a shop shows is what Odoo would publish now, and nothing waits, is stuck or unlisted
inverted     no place ever got an older number after a newer one, see dev.chaos.snapshots; but for requests that a shop
             which cannot compare took after they were given up, where shops do that (`Scene.late`)
marking      no stock transaction failed or was tried again because of marking, see dev.chaos.collisions
unexplained  what could not be pushed is `error`, with a reason
secret       no secret stands in any log
"""

from collections.abc import Iterable

from odoo import fields

from dev.bench.inside import environment
from dev.chaos import collisions, diary, leaks, numbers, shelves, snapshots, standing, story
from dev.chaos.breach import INVERTED, Breach, Finding
from dev.chaos.scene import Scene
from dev.chaos.weather import is_excused

STORIES = 12  # told; of more listings only what is wrong


def judged(scene: Scene) -> list[Breach]:
    """Return all that is wrong; nothing when everything held. Call it when nothing changes any more."""
    said = snapshots.sendings(scene.logs)
    tries, tries_without = diary.rows(scene.writers), diary.rows(scene.writers_without)
    with environment(scene.database) as env:
        judge = Judge(env, scene, said, tries)
        breaches = judge.breaches()
    without_listing = [
        *collisions.caused_by_marking(tries),
        *collisions.more_collisions(tries, tries_without),
        *leaks.leaks(scene.logs, scene.secrets),
    ]
    return breaches + [Breach(one.check, one.about, "") for one in without_listing]


def marking_shares(scene: Scene) -> tuple[collisions.Share, collisions.Share]:
    """Return which share of the tries collided with the addon, and without."""
    return collisions.share(diary.rows(scene.writers)), collisions.share(diary.rows(scene.writers_without))


class Judge:
    """Looks at all shops of a scene.

    :param env: Odoo's environment, as superuser
    :param said: what drains said they would send
    :param tries: the writers' diaries
    """

    def __init__(self, env, scene: Scene, said: list[snapshots.Sending], tries: list[dict]):
        self._env, self._scene, self._said, self._tries = env, scene, said, tries
        self._shelves = {name: shelves.shelf_of(env, name, account) for name, account in scene.accounts.items()}
        self._writes = {name: shelf.accepted(scene.shops[name].writes()) for name, shelf in self._shelves.items()}

    def breaches(self) -> list[Breach]:
        """Judge every shop, and what they have in common."""
        found = [
            Breach(one.check, one.about, "")
            for one in standing.unsorted_marks(self._env) + standing.accounts_down(
                self._env, list(self._scene.accounts.values()))
        ]  # fmt: skip
        for name in self._shelves:
            findings = self._of_shop(name)
            told = list(dict.fromkeys(one.listing_id for one in findings if one.listing_id))[:STORIES]
            stories = {listing_id: self._story(name, listing_id) for listing_id in told}
            found += [Breach(one.check, one.about, stories.get(one.listing_id, "")) for one in findings]
        return found

    # === ONE SHOP === #

    def _of_shop(self, name: str) -> list[Finding]:
        shelf = self._shelves[name]
        now = fields.Datetime.now()
        listings = standing.standings(self._env, shelf.account_id)
        names = {one.listing_id: one.name for one in listings}
        changes = {}
        for key, accepted in self._writes[name].items():
            changes[key[0]] = changes.get(key[0], 0) + len(accepted)
        account = self._env["marketplace.config"].browse(shelf.account_id)
        return [
            *numbers.wrong(
                shelf.shown(self._scene.shops[name]), numbers.witnesses(self._env, account), names,
                standing.excused(listings, now)),
            *standing.unsettled(listings, changes, now),
            *standing.unlisted(self._env, shelf.account_id),
            *self._inverted(name, names),
        ]  # fmt: skip

    def _inverted(self, name: str, names: dict[int, str]) -> Iterable[Finding]:
        shelf = self._shelves[name]
        said = [sending for sending in self._said if sending.account == shelf.account_id]
        for one in snapshots.inversions(self._writes[name], said):
            if is_excused(name, one.write, late=self._scene.late):
                continue
            why = (f"could have been read at the latest in {one.candidates[-1]}, and the number before it not before "
                   f"{one.last}") if one.candidates else "was never said to be sent"  # fmt: skip
            yield Finding(INVERTED, f"{names.get(one.key[0], one.key[0])}: {one.write.quantity}, taken at "
                          f"{one.write.applied_at:.3f} at place {one.key[1]}, {why}", one.key[0])  # fmt: skip

    def _story(self, name: str, listing_id: int) -> str:
        shelf, products = self._shelves[name], story.products_of(self._env, listing_id)
        writes = self._writes[name]
        return story.told(story.title(self._env, listing_id, shelf), [
            *story.of_writes([key for key in writes if key[0] == listing_id], writes),
            *story.of_sendings(listing_id, self._said),
            *story.of_tries(products, self._tries),
            *story.of_records(self._env, listing_id, products),
        ])  # fmt: skip
