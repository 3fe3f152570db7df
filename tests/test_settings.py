"""Settings come from the environment and report all faults at once."""

import pytest

from rti.core.settings import Settings, SettingsFault


def test_without_any_variable_everything_has_a_default() -> None:
    settings = Settings.from_env({"PATH": "/bin"})
    assert (settings.host, settings.port, settings.smtp_url) == ("127.0.0.1", 8000, "")
    assert settings.address == "http://127.0.0.1:8000"


def test_all_faults_are_reported_together_and_name_their_variable() -> None:
    with pytest.raises(SettingsFault) as error:
        Settings.from_env(
            {
                "RTI_PORT": "0",
                "RTI_DATABASE_URL": "mysql://x",
                "RTI_SMTP_URL": "localhost:25",
                "RTI_TIMEZONE": "Mars/Olympus",
                "RTI_SECRET": "short",
                "RTI_DATABSE_URL": "postgresql://x/y",
            }
        )
    assert [fault.split(":")[0] for fault in error.value.faults] == [
        "RTI_DATABASE_URL",
        "RTI_DATABSE_URL",
        "RTI_PORT",
        "RTI_SECRET",
        "RTI_SMTP_URL",
        "RTI_TIMEZONE",
    ]


@pytest.mark.parametrize("port", ["-1", "65536", "eight", "٨٠٠٠"])
def test_a_port_is_a_number_that_a_server_can_listen_on(port: str) -> None:
    with pytest.raises(SettingsFault, match="RTI_PORT: Enter a whole number from 1 to 65535"):
        Settings.from_env({"RTI_PORT": port})


def test_any_postgresql_address_is_read_by_the_asynchronous_driver() -> None:
    settings = Settings.from_env({"RTI_DATABASE_URL": "postgres://u:p@db:5432/rti"})
    assert settings.database_url == "postgresql+asyncpg://u:p@db:5432/rti"


def test_cookies_are_secure_where_the_address_is() -> None:
    assert Settings.from_env({"RTI_BASE_URL": "https://rti.example.org/"}).secure_cookies
    assert not Settings.from_env({}).secure_cookies


def test_a_process_of_ours_reads_the_same_settings_from_the_environment_that_it_is_given() -> None:
    settings = Settings.from_env(
        {
            "RTI_DATABASE_URL": "postgresql://db/rti",
            "RTI_DEMO": "1",
            "RTI_KEY_FILE": "/k",
            "RTI_ANCHOR_TO": "one@x.example, two@y.example",
        }
    )
    assert Settings.from_env(settings.environment()) == settings


def test_backups_are_encrypted_to_public_keys_only() -> None:
    with pytest.raises(SettingsFault, match="RTI_BACKUP_RECIPIENT: Write public keys that begin with age1"):
        Settings.from_env({"RTI_BACKUP_RECIPIENT": "AGE-SECRET-KEY-1"})
