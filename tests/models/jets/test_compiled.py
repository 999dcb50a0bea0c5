"""The compiled loss is the loss; what cannot be compiled is refused by one line."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from hepsym.errors import InputError
from hepsym.models import FitSettings
from hepsym.models.jets import LGAE, LGAEOptions
from hepsym.models.jets.compiled import check_compiled
from hepsym.models.jets.family import JetRows
from hepsym.models.noise import Noise
from hepsym.models.registry import family

SMALL = LGAEOptions(latent_vectors=3, latent_scalars=2, scalars=4, vectors=2, channels=2, hidden=8, layers=1)
CPU = torch.device("cpu")


def test_what_cannot_be_compiled_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    check_compiled("no", CPU)
    with pytest.raises(InputError, match="not one of no, yes, graphs"):
        check_compiled("maybe", CPU)
    with pytest.raises(InputError, match="CUDA graphs"):
        check_compiled("graphs", CPU)
    with pytest.raises(InputError, match="do not go together"):
        replace(SMALL, compiled="yes", variational=True)
    with pytest.raises(InputError, match="do not go together"):
        replace(SMALL, compiled="yes", loss="hungarian")
    settings = FitSettings(model="lgae", device="cpu", options={"compiled": "graphs"})
    with pytest.raises(InputError, match="CUDA graphs"):
        family("lgae").check(settings)
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(InputError, match="C\\+\\+ compiler"):
        check_compiled("yes", CPU)


@pytest.mark.slow
def test_the_compiled_loss_is_the_loss(jets: Tensor) -> None:
    """HEPSYM_SLOW=1 pytest tests/models/jets/test_compiled.py: values and gradients to 1e-12, float64."""
    rows = jets[:16].flatten(1)[None]
    model = LGAE(SMALL).double()
    model.learn(jets)
    plain, compiled = JetRows(model), JetRows(model)
    compiled.compiling = "yes"
    noise = Noise((1,), CPU)
    for made in (plain, compiled):
        for parameter in made.parameters():
            parameter.grad = torch.zeros_like(parameter)
        losses = made.accumulate(rows, noise.at(0))["loss"]
        assert np.isfinite(losses.item())
    assert compiled._compiled is not None
    wanted = plain.loss_terms(rows, noise.at(0))["loss"]
    torch.testing.assert_close(compiled.loss_terms(rows, noise.at(0))["loss"], wanted, rtol=1e-12, atol=0)
    for (name, a), b in zip(plain.named_parameters(), compiled.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, rtol=1e-9, atol=1e-12, msg=name)
