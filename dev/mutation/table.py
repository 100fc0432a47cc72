# SPDX-License-Identifier: LGPL-3.0-or-later
"""The lines that protect, in the order of their names: what is taken away of each, and the tests that must notice.

To add one, name a line of the code, exactly as it stands there once, what to put in its place, and the narrowest tests
that must fail then.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One protection taken away.

    :param name: what no longer holds
    :param file: from the clone's root
    :param old: text that stands in the file exactly once
    :param new: what stands there instead
    :param tests: files, or tests of pytest's, from the clone's root
    """

    name: str
    file: str
    old: str
    new: str
    tests: str

    def applied(self, text: str) -> str:
        """The file's text with the protection gone.

        :raises ValueError: the text to replace is not there exactly once
        """
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.file} has its text {text.count(self.old)} times, not once")
        return text.replace(self.old, self.new)


MUTATIONS = (
    Mutation(
        "a bad row is looked for, the others go on",
        "adapters/wire/apart.py",
        "step = Step(follow_ups=batch.one_and_rest() if is_everywhere else batch.halves())",
        "raise Refused(error.reason, error.request_id)",
        "tests/adapters/test_batch_refusals.py::test_bad_rows_spread_evenly_are_found",
    ),
    Mutation(
        "a button asks whether its user may",
        "models/marketplace_config_actions.py",
        '        self.check_access("write")\n        shop = self._ask',
        "        shop = self._ask",
        "tests/test_security.py::TestActions::test_buttons",
    ),
    Mutation(
        "a comparison's cursor moves with what was found",
        "models/marketplace_comparison_chunk.py",
        '"last_listing_id": chunk.last_listing_id or record.last_listing_id, ',
        "",
        "tests/test_concurrency_reconcile.py::TestKilled::test_after_it_was_stored",
    ),
    Mutation(
        "a copy forgets its secrets",
        "data/neutralize.sql",
        "DELETE FROM marketplace_credential;",
        "",
        "tests/test_neutralize.py::TestNeutralize::test_no_secret_is_left",
    ),
    Mutation(
        "a copy is disconnected",
        "data/neutralize.sql",
        "SET state = 'draft',",
        "SET state = state,",
        "tests/test_neutralize.py",
    ),
    Mutation(
        "a drain backs off by itself",
        "models/marketplace_config_health.py",
        "if not self._is_backing_off() and (",
        "if (",
        "tests/test_drain_trouble.py::TestTrouble::test_long_trouble_is_left_to_the_scheduler",
    ),
    Mutation(
        "a drain deletes exactly the marks it saw",
        "models/marketplace_drain_push.py",
        'DELETE FROM stock_availability_dirty WHERE id = ANY(%s)", marks',
        'DELETE FROM stock_availability_dirty WHERE listing_id = ANY(%s)", [one.listing_id for one in settled]',
        "tests/test_concurrency_marks.py::TestLateMark",
    ),
    Mutation(
        "a drain keeps what was acknowledged before trouble",
        "models/marketplace_drain_push.py",
        "        except AdapterError as error:\n            return outcomes, error\n",
        "        except AdapterError:\n            raise\n",
        "tests/test_drain_trouble.py::TestTrouble::test_trouble_in_the_middle",
    ),
    Mutation(
        "a floor for quantities",
        "pipeline/steps.py",
        "max(0, math.floor(round(quantity, DIGITS)))",
        "max(0, math.ceil(round(quantity, DIGITS)))",
        "tests/adapters/test_pipeline_steps.py",
    ),
    Mutation(
        "a listing without an outcome keeps its marks",
        "models/marketplace_drain_push.py",
        "if waiting.listing_id in rejected or waiting.listing_id not in open_ids]",
        "]",
        "tests/test_drain_trouble.py::TestTrouble::test_trouble_in_the_middle",
    ),
    Mutation(
        "a mark is committed with what it speaks of",
        "models/stock_availability_dirty.py",
        "precommit.add(self._append_marks)",
        "self.env.cr.postcommit.add(self._append_marks)",
        "tests/test_concurrency_marks.py::TestMarkAndChange",
    ),
    Mutation(
        "a mark is only ever appended",
        "models/stock_availability_dirty.py",
        "INSERT INTO stock_availability_dirty (product_id, product_tmpl_id, reason)",
        "WITH merged AS (DELETE FROM stock_availability_dirty WHERE listing_id IS NULL RETURNING 1) "
        "INSERT INTO stock_availability_dirty (product_id, product_tmpl_id, reason)",
        "tests/test_marking_transaction.py::TestMarkingTransaction::test_marks_are_appended_never_updated",
    ),
    Mutation(
        "a redirect is refused",
        "adapters/wire/http.py",
        "allow_redirects=False,",
        "allow_redirects=True,",
        "tests/adapters/test_wire_http.py::test_nothing_follows_a_redirect",
    ),
    Mutation(
        "a sale the shop told of is kept back",
        "models/marketplace_hold.py",
        "held[item] += now[hold_id].held",
        "pass",
        "tests/test_holds.py::TestRespect::test_an_order_on_its_way_is_not_sold_again",
    ),
    Mutation(
        "a scheduled action never raises the marketplace's trouble",
        "models/marketplace_drain.py",
        "except AdapterError as error:  # no adapter could be made",
        "except ZeroDivisionError as error:  # no adapter could be made",
        "tests/test_vault_wrong_key.py::TestWrongKey::test_scheduled_action",
    ),
    Mutation(
        "a secret is masked in what is said",
        "adapters/wire/http.py",
        "error.reason, error.request_id = self.scrubbed(error.reason), self.scrubbed(error.request_id)",
        "pass",
        "tests/adapters/test_wire_http.py::test_no_secret_in_the_shops_own_words",
    ),
    Mutation(
        "a secret is the managers' alone",
        "models/marketplace_credential.py",
        'groups="marketplace_sync.group_marketplace_manager",\n        compute="_compute_value"',
        'compute="_compute_value"',
        "tests/test_security.py::TestSecretsByRole",
    ),
    Mutation(
        "a sort deletes only what it has seen",
        "models/stock_availability_dirty.py",
        "            self.env.cr.commit()\n        if taken:",
        '            self.env.cr.commit()\n            self.env.cr.execute("DELETE FROM stock_availability_dirty'
        ' WHERE listing_id IS NULL")\n            self.env.cr.commit()\n        if taken:',
        "tests/test_sorting.py::TestSorting::test_in_chunks_oldest_first",
    ),
    Mutation(
        "an account is left alone after trouble",
        "models/marketplace_config_health.py",
        '"last_error": reason, "retry_at": retry_at})',
        '"last_error": reason, "retry_at": False})',
        "tests/test_drain_trouble.py::TestTrouble::test_long_trouble_is_left_to_the_scheduler",
    ),
    Mutation(
        "eBay's state expires",
        "models/marketplace_config_ebay.py",
        "if not expires_at or expires_at < fields.Datetime.now():",
        "if False:",
        "tests/test_ebay_consent.py::TestEbayConsent::test_a_state_lives_ten_minutes",
    ),
    Mutation(
        "eBay's state is checked",
        "models/marketplace_config_ebay.py",
        'if not hmac.compare_digest(expected.encode(), f"{self.env.uid}.{nonce}".encode()):',
        "if not hmac:",
        "tests/test_ebay_consent.py::TestEbayConsent::test_foreign_states",
    ),
    Mutation(
        "eBay's state is its user's",
        "models/marketplace_config_ebay.py",
        'compare_digest(expected.encode(), f"{self.env.uid}.{nonce}".encode())',
        'compare_digest(expected.partition(".")[2].encode(), nonce.encode())',
        "tests/test_ebay_consent.py::TestEbayConsent::test_somebody_else_cannot_finish_it",
    ),
    Mutation(
        "eBay's state is used once",
        "models/marketplace_config_ebay.py",
        "kept.unlink()",
        "pass",
        "tests/test_ebay_consent.py::TestEbayConsent::test_a_state_is_used_once",
    ),
    Mutation(
        "garbage is only what no live listing needs",
        "models/stock_availability_dirty_garbage.py",
        "(SELECT 1 FROM marketplace_listing l WHERE l.id = candidate.listing_id) IS NULL",
        "TRUE",
        "tests/test_garbage.py::TestOrphans::test_nothing_is_garbage",
    ),
    Mutation(
        "no number below none",
        "pipeline/steps.py",
        "max(0, math.floor(round(quantity, DIGITS)))",
        "math.floor(round(quantity, DIGITS))",
        "tests/adapters/test_pipeline_steps.py",
    ),
    Mutation(
        "one at a time sorts",
        "models/stock_availability_dirty.py",
        "with session_lock(self.env.cr, SORT, wait=True) as held:",
        "for held in (True,):",
        "tests/test_concurrency_drain.py::TestSortLock::test_one_sorts_at_a_time",
    ),
    Mutation(
        "Shopify compares before it sets",
        "adapters/shopify/batches.py",
        '"changeFromQuantity": self.change_from,',
        '"changeFromQuantity": None,',
        "tests/adapters/test_shopify_push.py::test_stale_rows_conflict_and_the_others_are_written",
    ),
    Mutation(
        "the breaker opens",
        "adapters/wire/gate.py",
        "self._mode = _OPEN if self._mode == _CLOSED else self._mode",
        "pass",
        "tests/adapters/test_wire_breaker.py::test_failures_on_end_open_it",
    ),
    Mutation(
        "the lock comes before the snapshot",
        "models/advisory_lock.py",
        "    held = _wait_for(cr, key) if wait else _try(cr, key)\n    cr.commit()\n",
        "    held = _wait_for(cr, key) if wait else _try(cr, key)\n",
        "tests/test_advisory_lock.py",
    ),
    Mutation(
        "two drains never push one shard",
        "models/marketplace_drain.py",
        "with session_lock(self.env.cr, shard_key(run.account.id, shard)) as held:",
        "with contextmanager(lambda: (held for held in [True]))() as held:",
        "tests/test_concurrency_drain.py::TestShardLock::test_a_second_drain_leaves_the_shard_to_the_first",
    ),
    Mutation(
        "waiting marks of one listing are one push",
        "models/marketplace_drain_queue.py",
        "ARRAY(SELECT id FROM stock_availability_dirty WHERE listing_id = waiting.listing_id) AS ids",
        "ARRAY(SELECT min(id) FROM head WHERE listing_id = waiting.listing_id) AS ids",
        "tests/test_drain.py",
    ),
    Mutation(
        "what an unanswered number may have changed is sent again",
        "models/marketplace_attempt.py",
        "self._doubts(account, at_once=True)",
        "self._doubts(account)",
        "tests/test_lost_answers.py::TestNoSale::test_odoo_is_back_at_what_was_acknowledged",
    ),
    Mutation(
        "what fails is tried again later each time",
        "adapters/wire/gate.py",
        "return max(jitter(state), state.outcome.exception().retry_after or 0)",
        "return 0.0",
        "tests/adapters/test_wire_gate.py::test_pauses_are_random_and_grow",
    ),
)
