"""Accounts: what is kept of them, who gets in, how often one may guess, and the command that keeps them."""

import json
import stat
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from api.accounts import FILE, IDLE, SESSION, Accounts, InvalidAccount, Role
from api.cli import main
from api.throttle import FAILURES, WINDOW, Throttle, TooManyAttempts
from graph.errors import Unknown

PASSWORD = "Käse und Brot 1848"
CHEAP = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Watched(PasswordHasher):
    """Counts what is looked at."""

    def __init__(self, **parameters: int) -> None:
        super().__init__(**(parameters or CHEAP))
        self.verified: list[str] = []
        self.hashed = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.hashed += 1
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        self.verified.append(str(hash))
        return super().verify(hash, password)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> Accounts:
    """Anna may read."""
    found = Accounts(tmp_path / FILE, "automat", hasher=Watched(), clock=clock)
    found.add("Anna Müller", Role.READER, PASSWORD)
    return found


def test_the_file_comes_with_the_first_account_and_is_its_owners_only(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / "neu" / FILE, hasher=Watched())
    assert (len(accounts), accounts.all(), accounts.bearer("x"), accounts.session("x")) == (0, [], None, None)
    accounts.logout("x")
    assert not (tmp_path / "neu").exists()
    accounts.add("Anna", Role.READER, PASSWORD)
    files = list((tmp_path / "neu").iterdir())
    assert FILE in {file.name for file in files}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_passwords_are_kept_as_argon2id_with_the_recommended_parameters(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / FILE)
    accounts.add("Anna", Role.READER, PASSWORD)
    accounts.close()
    assert b"$argon2id$v=19$m=65536,t=3,p=4$" in (tmp_path / FILE).read_bytes()
    assert accounts.login("Anna", PASSWORD) and not accounts.login("Anna", PASSWORD + "x")


def test_no_secret_stands_in_the_file(accounts: Accounts) -> None:
    token, session = accounts.issue("Anna Müller"), accounts.login("Anna Müller", PASSWORD)
    assert session and len(token) >= 43 <= len(session)
    accounts.close()
    kept = b"".join(file.read_bytes() for file in accounts.file.parent.iterdir())
    for secret in (token, token.removeprefix("zg_"), session, PASSWORD):
        assert secret.encode() not in kept


def test_a_name_is_one_however_it_is_written(accounts: Accounts) -> None:
    for name in ("anna müller", "ANNA MÜLLER", unicodedata.normalize("NFD", "  Anna Müller ")):
        assert accounts.login(name, PASSWORD)
        with pytest.raises(InvalidAccount, match="gibt es schon"):
            accounts.add(name, Role.ADMINISTRATOR, PASSWORD)
    assert [(account.name, account.role) for account in accounts.all()] == [("Anna Müller", Role.READER)]


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * 65, "a\nb", "a\x00b", "a\u202eb", "\ud800", "token", "LOKAL"]
)
def test_names_that_cannot_be_shown_or_mean_the_service_are_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(InvalidAccount):
        accounts.add(name, Role.READER, PASSWORD)
    assert len(accounts) == 1


@pytest.mark.parametrize("password", ["geheim", "elf Zeichen", "ü" * 513])
def test_a_password_has_twelve_signs_and_at_most_1024_bytes(accounts: Accounts, password: str) -> None:
    with pytest.raises(InvalidAccount) as refused:
        accounts.add("Bert", Role.READER, password)
    assert password not in str(refused.value) and len(accounts) == 1
    accounts.add("Bert", Role.READER, "ü" * 512)
    assert accounts.login("Bert", "ü" * 512) and not accounts.login("Bert", "ü" * 513)


def test_an_umlaut_in_a_password_may_be_typed_in_two_ways(accounts: Accounts) -> None:
    assert accounts.login("Anna Müller", unicodedata.normalize("NFD", PASSWORD))


@given(password=st.text(max_size=40).filter(lambda text: unicodedata.normalize("NFC", text) != PASSWORD))
def test_no_other_password_opens(password: str) -> None:
    assert not ANNA._matches(HASH, password)


ANNA = Accounts(Path("nirgends"), hasher=Watched())
HASH = Watched().hash(PASSWORD)


def test_an_unknown_name_costs_what_a_wrong_password_costs(accounts: Accounts) -> None:
    hasher = accounts._hasher
    assert isinstance(hasher, Watched)
    accounts.add("Automat", Role.READER)
    looked_at = []
    accounts.login("Erna", "die erste Fremde")
    hashed = hasher.hashed
    for name in ("Niemand", "Anna Müller", "Automat", ""):
        hasher.verified.clear()
        assert accounts.login(name, "falsch und lang genug") is None
        looked_at.append(hasher.verified[:])
    assert [len(hashes) for hashes in looked_at] == [1, 1, 1, 1]
    assert len({one.rpartition("$")[0].rpartition("$")[0] for [one] in looked_at}) == 1  # the same parameters
    assert hasher.hashed == hashed


def test_an_account_without_password_is_opened_by_none(accounts: Accounts) -> None:
    accounts.add("Automat", Role.EDITOR)
    for password in ("", "None", PASSWORD):
        assert accounts.login("Automat", password) is None
    assert accounts.bearer(accounts.issue("automat")) == ("Automat", Role.EDITOR)


def test_a_hash_of_old_parameters_is_renewed_at_login(accounts: Accounts, tmp_path: Path) -> None:
    stronger = Watched(time_cost=2, memory_cost=16, parallelism=1)
    newer = Accounts(tmp_path / FILE, hasher=stronger)
    for _ in range(2):
        assert newer.login("Anna Müller", PASSWORD)
    assert ["t=2" in hashed for hashed in stronger.verified] == [False, True]


def test_five_failures_make_a_name_wait_even_with_the_right_password(
    accounts: Accounts, clock: Clock
) -> None:
    for number in range(FAILURES):
        clock.now += 60
        assert accounts.login("Anna Müller", "falsch", f"192.0.2.{number}") is None
    with pytest.raises(TooManyAttempts) as wait:
        accounts.login("ANNA MÜLLER", PASSWORD, "192.0.2.99")
    assert wait.value.retry_after == WINDOW - 4 * 60
    clock.now += wait.value.retry_after
    assert accounts.login("Anna Müller", PASSWORD, "192.0.2.99")


def test_five_failures_make_an_address_wait_for_every_name(accounts: Accounts, clock: Clock) -> None:
    for number in range(FAILURES):
        assert accounts.login(f"Gast {number}", "falsch", "192.0.2.1") is None
    with pytest.raises(TooManyAttempts):
        accounts.login("Anna Müller", PASSWORD, "192.0.2.1")
    assert accounts.login("Anna Müller", PASSWORD, "192.0.2.2")


def test_who_logs_in_clears_his_name_but_not_his_address(accounts: Accounts) -> None:
    for _ in range(FAILURES - 1):
        accounts.login("Anna Müller", "falsch", "192.0.2.1")
    assert accounts.login("Anna Müller", PASSWORD, "192.0.2.1")
    assert accounts.login("Anna Müller", PASSWORD, "192.0.2.1")
    assert accounts.login("Bert", "falsch", "192.0.2.1") is None
    with pytest.raises(TooManyAttempts):
        accounts.login("Bert", "falsch", "192.0.2.1")
    assert accounts.login("Anna Müller", PASSWORD, "192.0.2.2")


def test_many_guesses_at_once_are_no_more_guesses(accounts: Accounts) -> None:
    def guess(number: int) -> str:
        try:
            accounts.login("Anna Müller", f"falsch {number}")
        except TooManyAttempts:
            return "wait"
        return "wrong"

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(guess, range(40)))
    assert answers.count("wrong") == FAILURES


def test_the_throttle_remembers_only_so_many(clock: Clock) -> None:
    throttle = Throttle(clock, entries=100)
    for number in range(1000):
        throttle.attempt([f"name {number}"])
    assert len(throttle) == 100


def test_a_session_ends_after_two_idle_hours_and_after_twelve_in_any_case(
    accounts: Accounts, clock: Clock
) -> None:
    secret = accounts.login("Anna Müller", PASSWORD)
    assert secret
    begun = clock.now
    while clock.now + IDLE - 60 < begun + SESSION:
        clock.now += IDLE - 60
        assert accounts.session(secret) == ("Anna Müller", Role.READER)
    clock.now = begun + SESSION
    assert accounts.session(secret) is None
    idle = accounts.login("Anna Müller", PASSWORD)
    assert idle
    clock.now += IDLE
    assert accounts.session(idle) is None


def test_a_token_ends_with_its_days(accounts: Accounts, clock: Clock) -> None:
    short, long = accounts.issue("Anna Müller", days=1), accounts.issue("Anna Müller", label="Harvester")
    clock.now += 86399
    assert accounts.bearer(short) == accounts.bearer(long) == ("Anna Müller", Role.READER)
    clock.now += 1
    assert accounts.bearer(short) is None and accounts.bearer(long)
    assert accounts.all()[0].tokens == 1


def test_the_token_of_the_settings_is_an_administrators(accounts: Accounts, tmp_path: Path) -> None:
    assert accounts.bearer("automat") == ("token", Role.ADMINISTRATOR)
    assert accounts.bearer("Automat") is accounts.bearer("") is None
    assert Accounts(tmp_path / FILE).bearer("") is None


def test_a_removed_account_ends_at_once_also_for_others_who_hold_the_file(
    accounts: Accounts, tmp_path: Path
) -> None:
    token, secret = accounts.issue("Anna Müller"), accounts.login("Anna Müller", PASSWORD)
    assert secret and accounts.bearer(token) and accounts.session(secret)
    assert Accounts(tmp_path / FILE).remove("anna müller") == "Anna Müller"
    assert (
        accounts.bearer(token) is accounts.session(secret) is accounts.login("Anna Müller", PASSWORD) is None
    )
    Accounts(tmp_path / FILE, hasher=Watched()).add("Anna Müller", Role.READER, PASSWORD)
    assert accounts.bearer(token) is accounts.session(secret) is None  # the new Anna is another


@pytest.mark.parametrize("comes_back", [False, True])
def test_an_account_removed_while_its_password_is_looked_at_gets_no_session(
    tmp_path: Path, comes_back: bool
) -> None:
    class Slow(Watched):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            found = super().verify(hash, password)
            others = Accounts(tmp_path / FILE, hasher=Watched())
            others.remove("Anna")
            if comes_back:
                others.add("Anna", Role.ADMINISTRATOR, f"{PASSWORD} und Wein")
            return found

    accounts = Accounts(tmp_path / FILE, hasher=Slow())
    accounts.add("Anna", Role.READER, PASSWORD)
    assert accounts.login("Anna", PASSWORD) is None


def test_another_file_in_its_place_is_seen_at_once(accounts: Accounts, tmp_path: Path) -> None:
    token = accounts.issue("Anna Müller")
    other = Accounts(tmp_path / "anders" / FILE, hasher=Watched())
    other.add("Bert", Role.EDITOR, PASSWORD)
    other.close()
    other.file.replace(accounts.file)
    assert accounts.bearer(token) is None
    assert [account.name for account in accounts.all()] == ["Bert"]
    accounts.file.unlink()
    assert (len(accounts), accounts.login("Bert", PASSWORD)) == (0, None)


def test_many_readers_and_another_writer_do_not_disturb_each_other(
    accounts: Accounts, tmp_path: Path
) -> None:
    token, secret = accounts.issue("Anna Müller"), accounts.login("Anna Müller", PASSWORD)
    assert secret
    done = threading.Event()

    def read() -> int:
        rounds = 0
        while not done.is_set():
            assert accounts.bearer(token) and accounts.session(secret)
            rounds += 1
        return rounds

    writer = Accounts(tmp_path / FILE, hasher=Watched())
    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        try:
            for number in range(50):
                writer.add(f"Gast {number}", Role.READER, PASSWORD)
                writer.remove(f"gast {number}")
        finally:
            done.set()
        assert all(reader.result() for reader in readers)
    assert len(accounts) == 1


def _run(tmp_path: Path, *arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(main, ["user", *arguments, "--data-dir", str(tmp_path)], input=said)


def test_the_command_makes_lists_and_removes_accounts(tmp_path: Path) -> None:
    made = _run(tmp_path, "add", "Anna", "--role", "editor", "--password-stdin", said=f"{PASSWORD}\n")
    assert (made.exit_code, made.stdout) == (0, "")
    asked = _run(tmp_path, "add", "Bert", "--role", "reader", said=f"{PASSWORD}\n{PASSWORD}\n")
    assert asked.exit_code == 0
    listed = json.loads(_run(tmp_path, "list", "--json").stdout)
    assert [(one["name"], one["role"], one["password"], one["tokens"]) for one in listed] == [
        ("Anna", "editor", True, 0),
        ("Bert", "reader", True, 0),
    ]
    assert "editor (Bearbeitung)" in _run(tmp_path, "list").stdout
    assert Accounts(tmp_path / FILE).login("Anna", PASSWORD)
    assert _run(tmp_path, "remove", "ANNA").exit_code == 0
    assert [account.name for account in Accounts(tmp_path / FILE).all()] == ["Bert"]
    assert PASSWORD not in made.output + asked.output


def test_the_command_shows_a_token_once_and_nothing_beside_it(tmp_path: Path) -> None:
    [token] = _run(
        tmp_path, "add", "Automat", "--role", "administrator", "--token", "--days", "30"
    ).stdout.splitlines()
    assert Accounts(tmp_path / FILE).bearer(token) == ("Automat", Role.ADMINISTRATOR)
    assert token not in _run(tmp_path, "list", "--json").stdout


@pytest.mark.parametrize(
    ("arguments", "said", "told"),
    [
        (("add", "Anna", "--role", "reader", "--password-stdin"), PASSWORD, "gibt es schon"),
        (("add", "Bert", "--role", "reader", "--password-stdin"), "kurz", "zu kurz"),
        (("add", "Bert", "--role", "reader", "--password-stdin"), "", "zu kurz"),
        (("add", "Bert", "--role", "könig", "--password-stdin"), PASSWORD, "reader"),
        (("add", "Bert", "--role", "reader", "--days", "3"), PASSWORD, "--token"),
        (("add", "token", "--role", "reader", "--password-stdin"), PASSWORD, "anderen"),
        (("remove", "Anne"), None, "Meinten Sie: Anna?"),
    ],
)
def test_wrong_calls_change_nothing_and_say_why(
    tmp_path: Path, arguments: tuple[str, ...], said: str | None, told: str
) -> None:
    Accounts(tmp_path / FILE, hasher=Watched()).add("Anna", Role.READER, PASSWORD)
    result = _run(tmp_path, *arguments, said=said)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert [account.name for account in Accounts(tmp_path / FILE).all()] == ["Anna"]


def test_a_file_that_is_not_ours_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Accounts(tmp_path / FILE, hasher=Watched()).add("Anna", Role.READER, PASSWORD)
    monkeypatch.setattr(
        "os.access", lambda *_: False
    )  # root may read everything, so the mode alone tells nothing
    with pytest.raises(PermissionError) as refused:
        Accounts(tmp_path / FILE).all()
    assert refused.value.filename == str(tmp_path / FILE)


def test_who_is_unknown_gets_no_token(accounts: Accounts) -> None:
    with pytest.raises(Unknown, match="Anna Müller"):
        accounts.issue("Anna Müler")
