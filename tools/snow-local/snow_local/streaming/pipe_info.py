"""The answer to `pipe-info`, which official SDKs ask for before they open a channel.

Only the inline path is served: the stage locations are plausible and lead nowhere. Needs nothing
but the standard library: the bench of snow-put answers with it too.
"""

from __future__ import annotations

import base64
import hashlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snow_local.streaming.channels import PipeKey

_HOUR_MS = 3_600_000
# Numbers are 16 bits wide in the SDK.
_PARAMETERS = {
    "max_client_lag_seconds": 1,
    "rowset_flush_threshold_kb": 4096,
    "max_buffered_kb_for_rowset_mode": 65535,
    "rowset_threshold_lookback_seconds": 10,
    "rowset_threshold_ewma_weight": 50,
    "target_file_size_compressed_mb": 16,
    "cpu_throttle_high_watermark_percent": 100,
    "cpu_throttle_low_watermark_percent": 90,
    "mem_throttle_high_watermark_percent": 100,
    "mem_throttle_low_watermark_percent": 90,
}


def _location(pipe: PipeKey) -> dict:
    return {
        "location_type": "S3",
        "bucket_name": "snow-local",
        "path_prefix": f"{pipe.database}/{pipe.schema}/{pipe.pipe}/",
        "expiry_time_ms": int(time.time() * 1000) + _HOUR_MS,
        "creds": {"AWS_KEY_ID": "none", "AWS_SECRET_KEY": "none", "AWS_TOKEN": "none"},
        "region": "local",
        "endpoint": None,
        "use_s3_regional_url": False,
        "location": f"snow-local/{pipe.database}/{pipe.schema}/{pipe.pipe}/",
        "storage_account": None,
        "parameters": _PARAMETERS,
    }


def pipe_info(pipe: PipeKey) -> dict:
    key = hashlib.sha256(f"{pipe.database}.{pipe.schema}.{pipe.pipe}".encode()).digest()
    return {
        "database_name": pipe.database,
        "schema_name": pipe.schema,
        "pipe_name": pipe.pipe,
        "table_name": pipe.table,
        "rowset_stage_location": _location(pipe),
        "durable_stage_location": _location(pipe),
        "encryption_info": {
            "encryption_version": "AES-CTR-128.1",
            "pipe_key": base64.b64encode(key).decode(),
            "pipe_key_id": 1,
            "encryption_key_id": 1,
            "diversifier": "snow-local",
        },
        "parameters": {},
        "parameter_overrides": {},
        "binary_format": "BASE64",
    }
