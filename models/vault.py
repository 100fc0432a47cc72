# SPDX-License-Identifier: LGPL-3.0-or-later
"""Sealing secrets with the keys the server was given.

The keys stand in odoo.conf as ``marketplace_sync_key`` or in the environment as MARKETPLACE_SYNC_KEY, which comes
first; several are separated by commas: the first one seals, all of them open. They are Fernet keys, as
``cryptography.fernet.Fernet.generate_key()`` makes them (https://cryptography.io/en/latest/fernet/).
"""

import os
from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from odoo.tools import config

from ..adapters.words import _lt
from .words import Refusal

OPTION, VARIABLE = "marketplace_sync_key", "MARKETPLACE_SYNC_KEY"
SEALED = "fernet:"
#: what to tell whoever would like secrets to be encrypted
NO_KEY = _lt(
    "The secrets of marketplaces are not encrypted: whoever can read the database or a backup of it can read them. "
    "Give the server a key, as %(option)s in odoo.conf or as %(variable)s in its environment, and restart Odoo.",
    option=OPTION, variable=VARIABLE)


class VaultError(Refusal):
    """A secret can't be sealed or opened; the text is for people and holds neither a secret nor a key."""


class Vault:
    """Seals and opens secrets with the server's keys of now.

    :param env: whose language is spoken when something is wrong
    :raise VaultError: for a key that is none
    """

    def __init__(self, env):
        self._env = env
        given = os.environ.get(VARIABLE) or config.get(OPTION) or ""
        try:
            self._keys = [Fernet(key.strip()) for key in given.split(",") if key.strip()]
        except ValueError:
            raise VaultError(env, _lt(
                "The server's encryption key for marketplace secrets is not valid. In odoo.conf (%(option)s) or the "
                "environment (%(variable)s) there has to be a Fernet key of 44 characters, or several separated by "
                "commas. Nothing was changed.", option=OPTION, variable=VARIABLE)) from None

    @property
    def has_key(self) -> bool:
        return bool(self._keys)

    def seal(self, secret: str) -> str:
        """What to store for a secret: sealed with the newest key, or as it is when there is none.

        :raise VaultError: for a text that can't be stored
        """
        try:
            encoded = secret.encode()
        except UnicodeEncodeError:  # Python's own error carries the secret
            encoded = b"\0"
        if b"\0" in encoded or (not self._keys and secret.startswith(SEALED)):
            raise VaultError(self._env, _lt("This is not a secret any marketplace gives out: copy it again."))
        return SEALED + self._keys[0].encrypt(encoded).decode() if self._keys else secret

    def open(self, stored: str, name: str) -> str:
        """The secret behind what is stored.

        :param name: what people call the secret
        :raise VaultError: when no key opens it
        """
        if not is_sealed(stored):
            return stored
        if not self._keys:
            raise VaultError(self._env, _lt(
                "%(name)s is encrypted, but the server was given no key: put %(option)s back into odoo.conf, or "
                "%(variable)s into its environment, and restart Odoo. Nothing was changed.",
                name=name, option=OPTION, variable=VARIABLE))
        secret = _decrypt(MultiFernet(self._keys), stored)
        if secret is None:
            raise VaultError(self._env, _lt(
                "The server's encryption key does not open %(name)s: add the key it was encrypted with to "
                "%(option)s in odoo.conf, or to %(variable)s in the environment, after a comma, and restart Odoo. If "
                "that key is lost, delete the credential and enter it again. Nothing was changed.",
                name=name, option=OPTION, variable=VARIABLE))
        return secret

    def is_newest(self, stored: str) -> bool:
        """Whether the newest key sealed this."""
        return self.has_key and is_sealed(stored) and _decrypt(self._keys[0], stored) is not None

    def check(self, stored: Iterable[tuple[str, str]]) -> None:
        """Make sure that these are the keys the database was sealed with, before anything is sealed with others.

        :param stored: pairs of what is stored and its name
        :raise VaultError: when something is sealed and nothing of it can be opened
        """
        trouble = None
        for text, name in stored:
            if is_sealed(text):
                try:
                    self.open(text, name)
                except VaultError as error:
                    trouble = trouble or error
                else:
                    return
        if trouble:
            raise trouble


def is_sealed(stored: str) -> bool:
    """Whether a text is what `Vault.seal` makes with a key."""
    return stored.startswith(SEALED)


def _decrypt(key: Fernet | MultiFernet, stored: str) -> str | None:
    try:
        return key.decrypt(stored.removeprefix(SEALED)).decode()
    except InvalidToken:
        return None
