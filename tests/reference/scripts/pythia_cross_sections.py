"""Which cross sections Pythia has for the processes of hepsym's cards, with inputs that both can take.

    python tests/reference/scripts/pythia_cross_sections.py [CASE ...] > pythia_cross_sections.json

Hard process only: no showers, no remnants, no decays, sharp masses where a boson or a top is a final leg.
Couplings are forced to MadGraph's default inputs (1/alpha = 132.507, sin^2 theta_W = 0.222246...,
M_Z = 91.188, alpha_s = 0.118, no running), outside the ranges that Pythia's readString takes. What cannot be
forced is the Z's and W's width: Pythia computes it and lets it run (s Gamma / M); the value is written out.
Without CASE all are run, one after another (about ten minutes on one core).
"""

import json
import math
import sys
import time
import zlib
from typing import Any

import pythia8mc

SIN2, M_Z = 0.22224648578577766, 91.188
M_W = M_Z * math.sqrt(1.0 - SIN2)
FORCED = {
    "StandardModel:alphaEMmZ": 1.0 / 132.507,
    "StandardModel:sin2thetaW": SIN2,
    "StandardModel:sin2thetaWbar": SIN2,
    "StandardModel:GF": 1.16639e-5,
    "SigmaProcess:alphaSvalue": 0.118,
    **{f"StandardModel:V{pair}": float(pair in {"ud", "cs", "tb"})
       for pair in ("ud", "us", "ub", "cd", "cs", "cb", "td", "ts", "tb")},
}  # fmt: skip
MASSES = {23: M_Z, 24: M_W, 25: 125.0, 6: 173.0, 15: 1.777, 5: 4.7, 4: 1.5}
GENERAL = [
    "Print:quiet = on",
    "PartonLevel:all = off",
    "ProcessLevel:resonanceDecays = off",
    "Check:event = off",
    "PDF:lepton = off",
    "SigmaProcess:alphaEMorder = -1",
    "SigmaProcess:alphaSorder = 0",
    "PhaseSpace:useBreitWigners = off",
    "PDF:pSet = LHAGrid1:NNPDF23_lo_as_0130_qed_0000.dat",
]
ELECTRONS = ["Beams:idA = 11", "Beams:idB = -11"]
PROTONS = ["Beams:idA = 2212", "Beams:idB = 2212", "Beams:eCM = 13000"]
FIXED_SCALE = ["SigmaProcess:factorScale2 = 5", "SigmaProcess:renormScale2 = 5"]
NO_QCD_CORRECTION = {"SigmaProcess:alphaSvalue": 0.0}


def z_to(flavour: int) -> list[str]:
    """Only this flavour is made; useBreitWigners acts on outgoing legs, not on the s channel."""
    return ["WeakSingleBoson:ffbar2ffbar(s:gmZ) = on", "23:onMode = off", f"23:onIfAny = {flavour}"]


def at(sqrt_s: float) -> list[str]:
    return [*ELECTRONS, f"Beams:eCM = {sqrt_s}"]


def fixed(scale: float) -> list[str]:
    return [
        *FIXED_SCALE,
        f"SigmaProcess:factorFixScale = {scale**2}",
        f"SigmaProcess:renormFixScale = {scale**2}",
    ]


JETS = [
    f"HardQCD:{channel} = on"
    for channel in ("gg2gg", "gg2qqbar", "qg2qg", "qq2qq", "qqbar2gg", "qqbar2qqbarNew")
]
CASES: dict[str, dict[str, Any]] = {}


def case(name: str, settings: list[str], events: int, forced: dict[str, float] | None = None) -> None:
    CASES[name] = {"settings": settings, "events": events, "forced": forced or {}}


for flavour, name in ((15, "tautau"), (1, "dd"), (2, "uu"), (3, "ss"), (4, "cc"), (5, "bb")):
    case(f"ee2{name} 91.188", [*at(91.188), *z_to(flavour)], 1_500_000, NO_QCD_CORRECTION)
    case(f"ee2{name} 200", [*at(200), *z_to(flavour)], 1_500_000, NO_QCD_CORRECTION)
case("ee2aa 200", [*at(200), "PromptPhoton:ffbar2gammagamma = on", "PhaseSpace:pTHatMin = 20"], 1_000_000)
case("ee2zh 240", [*at(240), "HiggsSM:ffbar2HZ = on"], 1_000_000)
# Pythia's formulae for gamma*/Z hold the Z's own Breit-Wigner: its mass is drawn, between 60 and 120 GeV.
WINDOW = ["PhaseSpace:useBreitWigners = on", "WeakZ0:gmZmode = 2", "23:mMin = 60", "23:mMax = 120"]
case("ee2zz 210", [*at(210), "WeakDoubleBoson:ffbar2gmZgmZ = on", *WINDOW], 1_000_000)
case("ee2ww 200", [*at(200), "WeakDoubleBoson:ffbar2WW = on"], 1_000_000)
case("ee2tt 400", [*at(400), "Top:ffbar2ttbar(s:gmZ) = on"], 1_000_000, NO_QCD_CORRECTION)
case("ee2tt 500", [*at(500), "Top:ffbar2ttbar(s:gmZ) = on"], 1_000_000, NO_QCD_CORRECTION)

MU_PAIR = [
    *PROTONS,
    "WeakSingleBoson:ffbar2gmZ = on",
    "23:onMode = off",
    "23:onIfAny = 13",
    "PhaseSpace:mHatMin = 60",
]
for quarks in (4, 5):
    case(f"pp2mumu {quarks} flavours", [*MU_PAIR, f"PDFinProcess:nQuarkIn = {quarks}"], 1_500_000)
for sign, name in (("Pos", "pp2munu W+"), ("Neg", "pp2munu W-")):
    settings = [*PROTONS, "WeakSingleBoson:ffbar2W = on", "24:onMode = off", f"24:on{sign}IfAny = 13"]
    case(name, [*settings, "PhaseSpace:mHatMin = 40"], 1_500_000)
TOPS = [*PROTONS, "Top:gg2ttbar = on", "Top:qqbar2ttbar = on"]
case("pp2tt fixed", [*TOPS, *fixed(173)], 1_500_000)
case("pp2tt s_hat", [*TOPS, "SigmaProcess:factorScale2 = 4", "SigmaProcess:renormScale2 = 4"], 1_500_000)
MT = ["SigmaProcess:factorScale2 = 2", "SigmaProcess:renormScale2 = 2"]
case(
    "pp2tt mt one-loop 0.130",
    [*TOPS, *MT, "SigmaProcess:alphaSorder = 1"],
    1_500_000,
    {"SigmaProcess:alphaSvalue": 0.130},
)
for quarks in (4, 5):
    flavours = [f"HardQCD:nQuarkNew = {quarks}", f"PDFinProcess:nQuarkIn = {quarks}"]
    case(
        f"pp2jj {quarks} flavours",
        [*PROTONS, *JETS, *flavours, "PhaseSpace:pTHatMin = 50", *fixed(100)],
        1_000_000,
    )
    incoming = [f"PDFinProcess:nQuarkIn = {quarks}", "PhaseSpace:pTHatMin = 30"]
    case(
        f"pp2aa {quarks} flavours",
        [*PROTONS, "PromptPhoton:ffbar2gammagamma = on", *incoming, *fixed(100)],
        1_500_000,
    )
    photon = ["PromptPhoton:qg2qgamma = on", "PromptPhoton:qqbar2ggamma = on"]
    case(f"pp2aj {quarks} flavours", [*PROTONS, *photon, *incoming, *fixed(100)], 1_500_000)
    recoil = ["WeakBosonAndParton:qqbar2gmZg = on", "WeakBosonAndParton:qg2gmZq = on", *WINDOW]
    case(f"pp2zj {quarks} flavours", [*PROTONS, *recoil, *incoming, *fixed(M_Z)], 1_000_000)
bump = ["NewGaugeBoson:ffbar2gmZZprime = on", "Zprime:gmZmode = 3", "32:m0 = 3000", "32:onMode = off"]
case("zp2mumu 3000", [*PROTONS, *bump, "32:onIfAny = 13", "PhaseSpace:mHatMin = 1000"], 1_500_000)
# The graviton: kappa m(G*) = 0.54, the resonance summed over all masses above 500 GeV.
graviton = ["ExtraDimensionsG*:gg2G* = on", "ExtraDimensionsG*:ffbar2G* = on", "5100039:m0 = 1000"]
graviton += ["5100039:mMin = 500", "ExtraDimensionsG*:SMinBulk = off", "ExtraDimensionsG*:kappaMG = 0.54"]
case(
    "graviton2mumu 1000",
    [*PROTONS, *graviton, "5100039:onMode = off", "5100039:onIfAny = 13", "PhaseSpace:mHatMin = 500"],
    1_500_000,
)


def run(name: str) -> dict[str, Any]:
    """Cross section and error in pb, and every number that the rate depends on."""
    asked = CASES[name]
    seed = 1 + zlib.crc32(name.encode()) % 900_000_000  # of its own, so that cases do not share an error
    pythia = pythia8mc.Pythia("", False)
    for text in [*GENERAL, "Random:setSeed = on", f"Random:seed = {seed}", *asked["settings"]]:
        if not pythia.readString(text):
            raise SystemExit(f"{name}: Pythia does not take {text!r}")
    for key, value in (FORCED | asked["forced"]).items():
        pythia.settings.parm(key, value, True)
    for pdg, mass in MASSES.items():
        pythia.particleData.m0(pdg, mass)
    if not pythia.init():
        raise SystemExit(f"{name}: Pythia does not start")
    begun = time.perf_counter()
    for _ in range(asked["events"]):
        pythia.next()
    info = pythia.infoPython()
    parts = {str(info.nameProc(code)): info.sigmaGen(code) * 1e9 for code in info.codesHard()}
    return {
        "cross_section_pb": info.sigmaGen() * 1e9,
        "standard_error_pb": info.sigmaErr() * 1e9,
        "subprocesses_pb": parts,
        "events": asked["events"],
        "seed": seed,
        "alpha_inverse": 1.0 / info.alphaEM() if info.alphaEM() else None,
        "alpha_s": info.alphaS(),
        "widths": {str(pdg): pythia.particleData.mWidth(pdg) for pdg in (6, 23, 24, 25, 32, 5100039)},
        "settings": asked["settings"],
        "forced": asked["forced"],
        "seconds": round(time.perf_counter() - begun, 1),
    }


def main() -> None:
    names = sys.argv[1:] or list(CASES)
    cases = {}
    for name in names:
        cases[name] = run(name)
        print(
            f"{name}: {cases[name]['cross_section_pb']:.6g} "
            f"+- {cases[name]['standard_error_pb'] / cases[name]['cross_section_pb']:.1e} rel., "
            f"{cases[name]['seconds']} s",
            file=sys.stderr,
        )
    version = pythia8mc.Pythia("", False).settings.parm("Pythia:versionNumber")
    whole = {
        "source": f"Pythia {version}, hard processes; tests/reference/scripts/pythia_cross_sections.py",
        "general": GENERAL,
        "forced": FORCED,
        "masses": MASSES,
        "cases": cases,
    }
    print(json.dumps(whole, indent=1))


if __name__ == "__main__":
    main()
