"""Snowflake SQL: dates, times and moments, in zones and formats."""

import pytest

MOMENT = "'2026-03-01T20:57:01.123456Z'::TIMESTAMP_LTZ"


@pytest.mark.parametrize(
    ("expression", "zone", "text"),
    [
        (
            f"TO_VARCHAR({MOMENT}, 'YYYY-MM-DD\"T\"HH24:MI:SS.FF6')",
            "UTC",
            "2026-03-01T20:57:01.123456",
        ),
        (
            f"TO_VARCHAR({MOMENT}, 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM')",
            "America/New_York",
            "2026-03-01 15:57:01.123 -0500",
        ),
        (
            f"TO_VARCHAR({MOMENT}, 'YYYY-MM-DD\"T\"HH24:MI:SS.FF9TZH:TZM')",
            "UTC",
            "2026-03-01T20:57:01.123456000+00:00",
        ),
        (f"TO_VARCHAR(CONVERT_TIMEZONE('UTC', {MOMENT}), 'YYYYMMDD')", "Asia/Tokyo", "20260301"),
        (f"{MOMENT}::TIMESTAMP_NTZ", "Europe/Zurich", "1772402221.123456000"),
        (f"{MOMENT}", "Asia/Tokyo", "1772398621.123456000"),
        (
            "CONVERT_TIMEZONE('UTC', 'Asia/Tokyo', '2026-01-01 00:00:00'::TIMESTAMP_NTZ)",
            "UTC",
            "1767258000.000000000",
        ),
        ("DATEADD('day', 1, '2026-01-01'::DATE)", "UTC", "20455"),
        (
            "DATEDIFF('second', '2026-01-01'::TIMESTAMP_NTZ, '2026-01-01 00:01:00'::TIMESTAMP_NTZ)",
            "UTC",
            "60",
        ),
        ("TO_TIMESTAMP_NTZ(1760000000)", "UTC", "1760000000.000000000"),
        ("TO_TIMESTAMP_LTZ('2026-01-01 00:00:00 +0100')", "UTC", "1767222000.000000000"),
        ("TO_VARCHAR('2026-01-01'::DATE)", "UTC", "2026-01-01"),
        ("CURRENT_TIMESTAMP() > '2026-01-01'", "UTC", "true"),
    ],
)
def test_dates(client, expression, zone, text):
    assert client.rows(f"SELECT {expression}", parameters={"timezone": zone}) == [[text]]


def test_default_time_zone_is_that_of_a_fresh_account(client):
    body = {"statement": f"SELECT TO_VARCHAR({MOMENT}, 'HH24:MI')"}
    answer = client.http.post(
        client.base + "/api/v2/statements", json=body, headers=client.jwt_headers()
    )
    assert answer.json()["data"] == [["12:57"]]


def test_seconds_of_the_epoch_are_cut(client):
    moment = "'2020-01-01 00:00:59.7'::{}"
    for kind in ("TIMESTAMP_NTZ", "TIMESTAMP_TZ", "TIMESTAMP_LTZ"):
        at = moment.format(kind)
        for part in (
            "DATE_PART('epoch_second', {})",
            "DATE_PART(epoch, {})",
            "EXTRACT(epoch FROM {})",
        ):
            assert client.rows("SELECT " + part.format(at)) == [["1577836859"]], (kind, part)
    assert client.rows(
        "SELECT DATE_PART(epoch_second, '1969-12-31 23:59:59.5'::TIMESTAMP_NTZ)"
    ) == [["-1"]]


def test_a_time_in_a_format(client, table):
    client.sql(f"CREATE TABLE {table} (t TIME)")
    client.sql(f"INSERT INTO {table} VALUES ('04:05:06.5')")
    assert client.rows(f"SELECT TO_VARCHAR(t, 'HH24:MI:SS.FF6') FROM {table}") == [
        ["04:05:06.500000"]
    ]
