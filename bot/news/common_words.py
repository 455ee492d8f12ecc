"""Words of everyday English that are also names, so that a name must be told by its capitals."""

from __future__ import annotations

from functools import cache

from bot.news.story_lexicon import LITTLE, SOME, lexicon, stem

_ALSO_NAMES = """
    ace advance ally alphabet amazon anchor anthem apollo apple applied ares arm arrow atlas
    aurora baker ball bamboo bat beacon bell best blade block bloom blue bolt boost bow box
    bridge brown bull cannon canon capital cardinal castle caterpillar chase cheetah clear cloud
    coach cobalt coherent compass cook coral core corning cosmos coupe crane cricket crown
    crystal dawn dell delta diamond discover discovery dolphin dove dragon eagle east echo
    eclipse edge element elite embassy emerald empire energy enterprise envision epic falcon
    fidelity first fisher flagship flex focus forge forward fossil foundation fox freedom
    frontier fusion galaxy gap garden gateway gem general genesis gold grab granite grant green
    guardian harbor harvest hawk heart helium hero horizon hunter ideal image imperial impulse
    independence infinity innovation insight intel intelligent invention iron island ivy jaguar
    jet journey jump jupiter kernel kestrel keystone king kit knight lam landmark laser leaf
    legend liberty light lily lime lincoln lion liquid lotus lucid lumber lynx magic magna
    magnet maple mars match matrix maverick max mercury meta micron mint mirror mission momentum
    monster moon mountain mustang national nature neon network nexus north nova oak oasis ocean
    olive omega onyx optimum optimus oracle orange orbit orchid origin orion pacific palm panda
    panther paragon passage peak pearl penguin phantom phoenix pilot pine pioneer pivot planet
    platinum plus polaris polestar pool power premier prime principal prism progress progressive
    prologue prudent pulse puma quantum quest radiant rainbow ranger rapid raven rebel red
    reliance resolute ridge ring ripple rival river rocket root rose royal ruby runway sage sail
    salt sap sapphire saturn scale scout seal sec sentinel shark shell shield shift signal silver
    simple sky slate snap solar solid sonic source south spark spectrum sphere spire spirit
    spring sprint square stable standard star stellar sterling stone storm stream stripe stryker
    sublime summit sun sunrise superior surge swan swift synergy tandem target tempo terra
    texture thunder tide tiger titan torch total tower trace trail travelers tree trident
    trinity triumph twist ultra union unity universal upward urban valor value vanguard vector
    velocity venture verse vertex viking vine violet virtue visa vista vital vivid volt vortex
    voyager wave west whirlpool willow wing wolf zebra zenith zero zoom
"""


@cache
def _names() -> frozenset[str]:
    return frozenset(_ALSO_NAMES.split())


def is_common(word: str) -> bool:
    """Whether a folded word is an everyday word of English."""
    if word in _names():
        return True
    known = lexicon().phrases.get((stem(word),))
    return known is not None and known[1] in (LITTLE, SOME) and len(word) > 1
