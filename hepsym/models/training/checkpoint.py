"""How are weights kept? safetensors under a name that says which model and format; nothing is unpickled."""

import hashlib
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from hepsym.errors import InputError
from hepsym.events.disk.atomic import atomic_file

__all__ = ["FORMAT", "STATE_FORMAT", "read_state", "read_weights", "write_state", "write_weights"]

FORMAT = "hepsym-checkpoint-1"
"""Of checkpoints; another one is refused."""

STATE_FORMAT = "hepsym-state-3"
"""Of training states: a checksum in front; in Adam's vectors a member's parameters lie together."""


def write_weights(path: Path, weights: Mapping[str, Tensor], model: str) -> None:
    """Write a checkpoint whole or not at all, over the one of that name if there is one.

    Raises RunError when the disk is full; the former file is then still there.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    # One key only: safetensors writes several in an order that changes from call to call.
    label = json.dumps({"format": FORMAT, "model": model, "sha256": _digest(plain)})
    with atomic_file(path, overwrite=True) as file:
        file.write(save(plain, metadata={"hepsym": label}))


def read_weights(path: Path, model: nn.Module, name: str) -> dict[str, Tensor]:
    """The tensors of a checkpoint, which must be of model `name` and fit into `model`.

    Raises InputError: no such file, damaged, of another model or format, of other shapes.
    """
    if not path.is_file():
        raise InputError(
            f"{path} does not exist: this run has no finished epoch yet; `hepsym fit --resume` goes on"
        )
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            label = json.loads((file.metadata() or {}).get("hepsym", "{}"))
            _check_label(path, label, name)
            found = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, AttributeError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} is damaged ({error}); train again or restore the file") from None
    _check_shapes(path, found, model)
    if label.get("sha256", _digest(found)) != _digest(found):  # before there were checksums: none
        raise InputError(f"{path} is damaged: its weights do not fit their checksum; restore or train again")
    return found


def _digest(weights: Mapping[str, Tensor]) -> str:
    """SHA-256 of names, types, shapes and values, in the order of the names."""
    digest = hashlib.sha256()
    for name, tensor in sorted(weights.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.contiguous().view(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _check_label(path: Path, label: Mapping[str, str], name: str) -> None:
    form = label.get("format", "an unknown format")
    if form != FORMAT:
        raise InputError(
            f"{path} is {form}; this hepsym reads {FORMAT}: train again or use the version that wrote it"
        )
    if label.get("model") != name:
        raise InputError(
            f"{path} holds model {label.get('model')!r}, but the run's config.json says {name!r}: "
            "restore the checkpoint of this run or train again"
        )


def _check_shapes(path: Path, found: Mapping[str, Tensor], model: nn.Module) -> None:
    wanted = {key: tuple(t.shape) for key, t in model.state_dict().items()}
    there = {key: tuple(t.shape) for key, t in found.items()}
    for key in sorted(wanted.keys() | there.keys()):
        if wanted.get(key) != there.get(key):
            raise InputError(
                f"{path} does not belong to this run's config.json: {key} has shape {there.get(key)}, "
                f"the settings give {wanted.get(key)}"
            )


def write_state(path: Path, state: Mapping[str, Any]) -> None:
    """Write what a resumed training needs (tensors, numbers, lists, dicts), whole or not at all."""
    buffer = io.BytesIO()
    torch.save(dict(state), buffer)
    content = buffer.getvalue()
    with atomic_file(path, overwrite=True) as file:
        file.write(f"{STATE_FORMAT} {hashlib.sha256(content).hexdigest()}\n".encode() + content)


def read_state(path: Path, device: torch.device) -> dict[str, Any] | None:
    """What `write_state` wrote, on the device; None where there is none yet.

    A line with the format and the SHA-256 of the rest comes first: a flipped bit is told, and never trained
    on. Only tensors and plain values are read: torch.load(weights_only=True). Raises InputError: damaged, or
    of another format.
    """
    if not path.is_file():
        return None
    damaged = InputError(f"{path} is damaged or no training state; remove it to train from the beginning")
    try:
        content = path.read_bytes()
    except OSError:
        raise damaged from None
    label, _, content = content.partition(b"\n")
    form, _, digest = label.partition(b" ")
    if re.fullmatch(rb"hepsym-[a-z]+-\d+", form) and form != STATE_FORMAT.encode():
        raise InputError(
            f"{path} has format {form.decode()!r}; this hepsym resumes from {STATE_FORMAT}: remove the file "
            "to train from the beginning"
        )
    if form != STATE_FORMAT.encode() or digest != hashlib.sha256(content).hexdigest().encode():
        raise damaged
    try:
        found: dict[str, Any] = torch.load(io.BytesIO(content), map_location=device, weights_only=True)
    except Exception:  # a file made to mislead: torch's reader of pickles raises whatever it trips over
        raise damaged from None
    return found
