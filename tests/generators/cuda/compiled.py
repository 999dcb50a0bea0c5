"""Do the kernels compile for a device that is not here? Run as a module, where numba-cuda is installed:

    python -m tests.generators.cuda.compiled

Prints the PTX's length and how many instructions of a kind it has; needs `pip install 'hepsym[gpu]'`, no
driver.
"""

import re
from types import SimpleNamespace

import numba.cuda.dispatcher
from numba import cuda, types

from hepsym.generators.cuda.pair import even_body, windows_body

H200 = (9, 0)
NUMBER, WORD = types.float64, types.uint64
LAW, FRAME = types.UniTuple(NUMBER, 3), types.UniTuple(NUMBER, 5)
EVEN = types.Tuple((NUMBER, NUMBER, NUMBER, types.UniTuple(NUMBER, 9)))
OUT, EDGES = types.Array(NUMBER, 3, "C"), types.Array(NUMBER, 2, "C")


def main() -> None:
    # Device functions are compiled for the device at hand; there need not be one.
    numba.cuda.dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=H200)
    for body, arguments in (
        (even_body, (OUT, types.int64, WORD, WORD, EVEN, NUMBER, NUMBER, FRAME)),
        (windows_body, (OUT, types.int64, WORD, WORD, WORD, EDGES, LAW, FRAME)),
    ):
        text, _ = cuda.compile_ptx(body, types.void(*arguments), cc=H200)
        kinds = ("fma.rn.f64", "mul.f64", "add.f64", "sub.f64", "div.rn.f64", "sqrt.rn.f64", "call")
        print(body.__name__, len(text), {kind: len(re.findall(re.escape(kind), text)) for kind in kinds})


if __name__ == "__main__":
    main()
