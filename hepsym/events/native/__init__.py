"""The native format: a directory of shards and a manifest that survives interruption and tells of damage."""

from hepsym.events.native.manifest import MANIFEST, Manifest, Shard, mean_weight, read_manifest
from hepsym.events.native.merge import merge
from hepsym.events.native.reader import Dataset
from hepsym.events.native.shards import write_shard
from hepsym.events.native.stream import StreamWriter
from hepsym.events.native.writer import SHARD_EVENTS, DatasetWriter, parse_part

__all__ = [
    "MANIFEST",
    "SHARD_EVENTS",
    "Dataset",
    "DatasetWriter",
    "Manifest",
    "Shard",
    "StreamWriter",
    "mean_weight",
    "merge",
    "parse_part",
    "read_manifest",
    "write_shard",
]
