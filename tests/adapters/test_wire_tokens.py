# SPDX-License-Identifier: LGPL-3.0-or-later
"""Access tokens: fetched when needed, renewed in time, given up on."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from adapters.base import Unauthorized, Unavailable
from adapters.wire.tokens import Refusals, Secret, TokenKeeper
from wire_kit import Time

REFUSALS = Refusals("nothing to sign in with", "refused", "still refused")


class Shop:
    """Gives tokens t1, t2, and so on, and accepts those it is told to."""

    def __init__(self, *accepted, life=7200.0):
        self.accepted, self.life, self.fetches, self.trouble = set(accepted), life, 0, None

    def fetch(self):
        self.fetches += 1
        if self.trouble:
            raise self.trouble
        return f"t{self.fetches}", self.life

    def send(self, token):
        return SimpleNamespace(token=token, status=200 if token in self.accepted else 401, request_id="r")


def keeper_of(shop, time=None, **settings):
    return TokenKeeper(REFUSALS, time or Time(), fetch=shop.fetch, **settings)


def use(keeper, shop):
    return keeper.use(shop.send, lambda answer: answer.status == 401).token


def test_fetched_once():
    shop = Shop("t1")
    keeper = keeper_of(shop)
    assert [use(keeper, shop) for _ in range(3)] == ["t1"] * 3
    assert shop.fetches == 1
    assert keeper.newest.value == "t1"


def test_lasting_token_is_never_replaced():
    shop = Shop()
    keeper = keeper_of(shop, lasting="forever")
    with pytest.raises(Unauthorized, match="^refused"):
        use(keeper, shop)
    assert shop.fetches == 0


def test_nothing_to_sign_in_with():
    with pytest.raises(Unauthorized, match="nothing to sign in with"):
        TokenKeeper(REFUSALS, Time()).current()


def test_refused_token_is_replaced():
    shop = Shop("t1")
    keeper = keeper_of(shop, stored="old", expires_at="2099-01-01T00:00:00")
    assert use(keeper, shop) == "t1"
    assert shop.fetches == 1


def test_token_that_another_thread_replaced_is_not_replaced_again():
    shop = Shop()
    keeper = keeper_of(shop, stored="old")
    assert keeper.replace("old") == keeper.replace("old") == "t1"
    assert shop.fetches == 1


def test_refused_again_is_unauthorized_and_asked_for_no_more():
    shop = Shop()
    keeper = keeper_of(shop, stored="old")
    for _ in range(3):
        with pytest.raises(Unauthorized, match="still refused"):
            use(keeper, shop)
    assert shop.fetches == 1


def test_refused_fetch_is_not_repeated():
    shop = Shop()
    shop.trouble = Unauthorized("no such client", "r-7")
    keeper = keeper_of(shop)
    for _ in range(3):
        with pytest.raises(Unauthorized) as caught:
            keeper.current()
        assert (caught.value.reason, caught.value.request_id) == ("no such client", "r-7")
    assert shop.fetches == 1


def test_fetch_that_fails_for_now_is_repeated_later():
    shop = Shop("t2")
    shop.trouble = Unavailable("down")
    keeper = keeper_of(shop)
    with pytest.raises(Unavailable):
        keeper.current()
    shop.trouble = None
    assert use(keeper, shop) == "t2"


@pytest.mark.parametrize("trouble", [None, Unavailable("down", 3)])
def test_threads_that_come_together_fetch_once(trouble):
    """Whether it succeeds or fails: a shop that does not answer is not waited for once for each thread."""
    entered, release = threading.Event(), threading.Event()

    def fetch():
        shop.fetches += 1
        entered.set()
        assert release.wait(5)
        if trouble:
            raise trouble
        return "t", None

    class Lock:
        """Notes who waits for it."""

        def __init__(self):
            self.inner, self.waiting = threading.Lock(), threading.Semaphore(0)

        def __enter__(self):
            self.waiting.release()
            self.inner.acquire()

        def __exit__(self, *_args):
            self.inner.release()

    shop = Shop()
    keeper = TokenKeeper(REFUSALS, Time(), fetch=fetch)
    keeper._lock = Lock()
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(keeper.current) for _ in range(8)]
        assert entered.wait(5)
        for _ in range(8):
            assert keeper._lock.waiting.acquire(timeout=5)
        release.set()
        results = [future.exception() or future.result() for future in futures]
    assert shop.fetches == 1
    if trouble:
        assert [(type(error), error.retry_after) for error in results] == [(Unavailable, 3)] * 8
    else:
        assert results == ["t"] * 8


@pytest.mark.parametrize(("life", "left", "fetches"), [(7200, 601, 1), (7200, 599, 2), (60, 7, 1), (60, 5, 2)])
def test_renewed_before_its_end(life, left, fetches):
    time, shop = Time(), Shop(life=life)
    keeper = keeper_of(shop, time)
    keeper.current()
    time.now += life - left
    keeper.current()
    assert shop.fetches == fetches


def test_lasting_answer_is_kept():
    time, shop = Time(), Shop(life=None)
    keeper = keeper_of(shop, time)
    keeper.current()
    time.now += 1e9
    assert keeper.current() == "t1"
    assert keeper.newest.expires_at is None


def test_stored_end_that_is_no_date_is_renewed():
    shop = Shop()
    assert keeper_of(shop, stored="old", expires_at="soon").current() == "t1"


def test_every_token_is_scrubbed_and_none_is_shown():
    shop = Shop("token-new")
    shop.fetch = lambda: ("token-new", None)
    keeper = keeper_of(shop, stored="token-old")
    assert use(keeper, shop) == "token-new"
    assert keeper.scrub("token-old, token-new, s3cr3t", ["s3cr3t"]) == "•••, •••, •••"
    shown = repr(vars(keeper))
    assert "token-old" not in shown
    assert "token-new" not in shown
    assert f"Bearer {keeper.current()}" == "Bearer token-new"
    assert repr([Secret("abc")]) == "['•••']"
