"""How good the order is: nDCG@10 over judged queries on articles of our own.

Each article is `id | date | topics | title | text`; each query `query | id:grade ...` with grade 3 for
what was looked for, 2 for what answers too, 1 for what is related. Judged by hand, from the
texts, before the search was run on them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.search.index import index_entries
from bot.search.search import Search
from bot.storage import positions
from bot.storage.database import Database
from bot.storage.tables import entry, entry_topic, publication

ARTICLES = """
el1 | 2026-02-10 | entity-list | BIS adds 14 Chinese firms to Entity List over AI chip diversion | The Bureau of Industry and Security said the firms bought advanced graphics processors for military end users.
el2 | 2025-09-15 | entity-list | Entity List grows by 32, most in China | Commerce cites support for quantum research; two parties in Singapore and one in the UAE are listed.
el3 | 2025-03-26 | entity-list | Server maker's units placed on blacklist | Six subsidiaries of a Chinese server company join the Entity List for building supercomputers.
el4 | 2024-12-03 | entity-list,chip-controls | Commerce lists 140 parties and widens chip tool rules | The package adds toolmakers to the Entity List and creates a foreign direct product rule for equipment.
el5 | 2023-11-17 | entity-list | Removal from Entity List follows end-use check | A Beijing laboratory was taken off the list after officials verified its bona fides.
el6 | 2022-10-10 | entity-list | Unverified List gains 31 names | BIS could not complete end-use checks in China; the parties have 60 days before an Entity List referral.
hw1 | 2026-01-20 | entity-list | Huawei supplier fined for shipping without licenses | A Utah distributor pays $5.8 million after exports to Huawei affiliates, an export enforcement order says.
hw2 | 2024-05-08 | licensing | US revokes some Huawei licenses | Intel and Qualcomm may no longer ship certain laptop and phone chips to Huawei.
hw3 | 2019-05-16 | entity-list | Huawei added to the Entity List | The telecommunications company and 68 affiliates now need a license for all items subject to the EAR.
cc1 | 2022-10-07 | chip-controls | New rule restricts advanced computing chips to China | The controls introduce ECCN 3A090 and 4A090 and restrict US persons who support Chinese fabs.
cc2 | 2023-10-17 | chip-controls | Chip export rule tightened to close workarounds | Performance density replaces interconnect speed under 3A090; more countries need licenses.
cc3 | 2025-01-13 | chip-controls | AI diffusion framework caps GPU exports by country | Three tiers of destinations; model weights controlled under 4E091.
cc4 | 2025-05-13 | chip-controls | Commerce rescinds AI diffusion rule | Officials will not enforce the framework and promise a replacement.
cc5 | 2026-02-24 | chip-controls | High-bandwidth memory controls reviewed | HBM makers in Korea ask for clarity as BIS weighs new thresholds.
nl1 | 2023-06-30 | chip-controls | Dutch government publishes lithography licensing order | ASML needs a licence to export immersion DUV machines from September.
nl2 | 2024-09-06 | chip-controls | Netherlands takes over licensing for two ASML machines | The 1970i and 1980i DUV systems now need a Dutch rather than a US licence.
nl3 | 2025-11-18 | chip-controls | Chipmaking equipment service at issue in The Hague | Members of parliament ask whether ASML may maintain installed machines in China.
jp1 | 2023-07-23 | chip-controls | Japan controls 23 kinds of semiconductor equipment | METI's ordinance takes effect; cleaning, deposition and etching tools need approval.
cn1 | 2023-07-03 | china-controls | China to license gallium and germanium exports | MOFCOM and customs announce controls from August 1 on the two metals.
cn2 | 2024-12-03 | china-controls | Beijing bans gallium, germanium and antimony to US | The Ministry of Commerce cites national security after new chip measures.
cn3 | 2025-04-04 | china-controls | China adds rare earths to export control list | Seven medium and heavy rare earths need licenses; magnets are covered.
cn4 | 2025-10-09 | china-controls | MOFCOM extends rare earth rules abroad | Products with 0.1 percent Chinese content fall under the measure, in the manner of a foreign direct product rule.
cn5 | 2025-02-04 | china-controls | Unreliable Entity List: two US companies named | China's commerce ministry bars them from trade and investment.
cn6 | 2024-10-19 | china-controls | 国务院公布两用物项出口管制条例 | 条例自十二月一日起施行，统一两用物项出口管制清单。
cn7 | 2023-07-03 | china-controls | 商务部对镓、锗相关物项实施出口管制 | 未经许可不得出口。
ts1 | 2025-07-22 | trade-secrets | Engineer pleads guilty to stealing missile sensor secrets | The defendant copied thousands of files from a California company, the Justice Department said.
ts2 | 2024-03-06 | trade-secrets | Former Google engineer charged with AI trade secret theft | Prosecutors say files on TPU and GPU designs were sent to companies in China.
ts3 | 2023-05-16 | trade-secrets | Disruptive Technology Strike Force announces first cases | Five cases involve trade secrets and export violations for Russia, China and Iran.
ts4 | 2025-10-30 | trade-secrets | ITC opens Section 337 probe on battery trade secrets | The complaint alleges misappropriation by a Korean rival under the Defend Trade Secrets Act.
en1 | 2023-04-19 | enforcement | Seagate to pay $300 million for hard drives to Huawei | The largest standalone administrative penalty in BIS history, under the foreign direct product rule.
en2 | 2025-07-28 | enforcement | Cadence pleads guilty over design software exports | The company pays $140 million for sales to a Chinese military university.
en3 | 2025-06-12 | enforcement | Denial order issued against freight forwarder | A temporary denial order stops a Florida company that shipped aircraft parts to Russia.
en4 | 2024-01-16 | enforcement | BIS eases voluntary self-disclosure process | Minor violations may be reported in one quarterly submission.
en5 | 2026-02-18 | enforcement | Voluntary disclosures rise as agency raises fines | Lawyers see more self-reports and larger penalties.
sa1 | 2026-02-22 | sanctions | OFAC designates shadow fleet tankers | The Treasury action blocks 40 vessels that carried Russian oil above the price cap.
sa2 | 2025-08-21 | sanctions | Treasury sanctions Chinese terminal for Iranian oil | A refinery and port operator are added to the SDN list.
sa3 | 2024-02-23 | sanctions | Largest Russia package marks war's second year | State and Treasury sanction over 500 targets; Commerce adds 93 to the Entity List.
sa4 | 2025-05-23 | sanctions | Syria General License 25 opens trade | OFAC authorizes transactions with the new government; BIS to follow.
sa5 | 2023-12-22 | sanctions | Executive order threatens banks over Russia's war economy | Foreign financial institutions risk secondary sanctions.
ls1 | 2026-02-05 | licensing | License backlog at BIS hits 30-year high | Exporters wait months; officials blame staff departures.
ls2 | 2025-08-11 | licensing | Nvidia and AMD to share revenue for China licenses | Fifteen percent of H20 and MI308 sales goes to the government.
ls3 | 2024-06-13 | licensing | Deemed export guidance for universities updated | Foreign students in chip labs may need licenses under the EAR.
it1 | 2024-08-20 | itar | ITAR exemption for Australia and UK takes effect | State's DDTC rule implements the AUKUS carve-out from licensing under the munitions list.
it2 | 2025-10-07 | itar | USML overhaul removes commercial space items | Spacecraft components move to the Commerce Control List.
aff1 | 2025-09-29 | entity-list | Affiliates rule extends Entity List to majority-owned units | Under the 50 percent rule subsidiaries of listed parties need licenses too.
aff2 | 2025-11-10 | entity-list | Affiliates rule suspended for a year | The pause follows a trade truce with China.
uf1 | 2025-01-14 | forced-labor | UFLPA Entity List gains 37 companies | Homeland Security bars goods from textile and solar makers in Xinjiang.
tr1 | 2025-04-02 | tariffs | Reciprocal tariffs set for most trading partners | A baseline of 10 percent applies; semiconductors are exempt for now.
tr2 | 2025-08-06 | tariffs | President floats 100 percent tariff on chips | Companies that build plants in the US would be exempt under Section 232.
fr1 | 2024-12-05 | chip-controls | Foreign-Produced Direct Product Rule Additions and Refinements to Controls for Advanced Computing | Interim final rule. 89 FR 96790. Comments are due January 31.
fr2 | 2025-01-16 | chip-controls | Implementation of Additional Due Diligence Measures for Advanced Computing Integrated Circuits | Foundries must presume that 3A090 applies unless a designer is approved.
co1 | 2026-01-29 | legislation | House panel advances chip security bill | The bill would require location verification in exported AI chips.
co2 | 2025-12-04 | legislation | Senators propose GAIN AI Act | Chip makers would have to serve US buyers before customers in countries of concern.
"""

QUERIES = """
entity list | el1:3 el2:3 el3:3 el4:2 el5:3 hw3:3 aff1:3 aff2:3 el6:2 uf1:1 sa3:1 cn5:1
blacklist | el3:3 el1:2 el2:2 el4:2 hw3:2 el5:1 aff1:1 aff2:1 uf1:1
additions to entity list | el1:3 el2:3 el4:3 hw3:3 el3:2 sa3:2 uf1:1
removed from entity list | el5:3
entity list china quantum | el2:3
huawei | hw1:3 hw2:3 hw3:3 en1:2
huawei entity list | hw3:3
huawei added to the entity list | hw3:3
huawei license | hw2:3 hw1:2 hw3:2
huawei fine | hw1:3 en1:2
seagate | en1:3
seagate penalty | en1:3
"foreign direct product rule" | en1:3 el4:3 cn4:2
foreign direct product rule chip equipment | el4:3
3A090 | cc1:3 cc2:3 fr2:3
eccn 3a090 china | cc1:3
chip export rule | cc2:3 cc1:2 el4:1
advanced computing chips | cc1:3 fr1:1 fr2:1
ai diffusion | cc3:3 cc4:3 el1:1
ai diffusion rescinded | cc4:3
GPU exports | cc3:3 ts2:1 el1:1
HBM | cc5:3
high bandwidth memory | cc5:3
asml | nl1:3 nl2:3 nl3:3
asml licence | nl1:3 nl2:3
dutch lithography | nl1:3 nl2:1
chipmaking equipment | nl3:3
chip-making equipment china | nl3:3
DUV machines | nl1:3 nl2:3
japan semiconductor equipment | jp1:3
METI | jp1:3
gallium | cn1:3 cn2:3 cn7:1
gallium germanium | cn1:3 cn2:3
mofcom gallium | cn1:3 cn2:2
ministry of commerce antimony | cn2:3
rare earths | cn3:3 cn4:3
rare earth export control | cn3:3 cn4:1
出口管制 | cn6:3 cn7:3
镓 | cn7:3 cn1:1 cn2:1
商务部 | cn7:3 cn1:1 cn2:1 cn4:1
unreliable entity list | cn5:3
"unreliable entity list" | cn5:3
trade secrets | ts4:3 ts2:3 ts3:3 ts1:1
trade secret theft | ts2:3
google engineer | ts2:3
section 337 | ts4:3
missile secrets | ts1:3
denial order | en3:3
voluntary self-disclosure | en4:3
voluntary disclosure | en5:3 en4:3
cadence | en2:3
sanctions russia | sa3:3 sa5:3 sa1:2
ofac | sa1:3 sa4:3 sa2:1
ofac shadow fleet | sa1:3
iranian oil | sa2:3
syria | sa4:3
secondary sanctions | sa5:3
license backlog | ls1:3
nvidia china | ls2:3
deemed export | ls3:3
itar australia | it1:3
usml space | it2:3
affiliates rule | aff1:3 aff2:3
50 percent rule | aff1:3
uflpa | uf1:3
tariff chips | tr2:3
tariffs semiconductors | tr1:3
unverified list | el6:3
chip security bill | co1:3
GAIN AI Act | co2:3
"89 FR 96790" | fr1:3
additional due diligence foundries | fr2:3
export enforcement Utah | hw1:3
topic:trade-secrets from:2025 | ts1:3 ts4:3
topic:chip-controls from:2025 china | nl3:3
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """A query, and how well each article answers it."""

    query: str
    grades: dict[str, int]


def judged() -> list[Judged]:
    """Give the judged queries."""
    found = []
    for line in QUERIES.strip().splitlines():
        query, _, grades = line.rpartition(" | ")
        pairs = (pair.split(":") for pair in grades.split())
        found.append(Judged(query, {name: int(grade) for name, grade in pairs}))
    return found


async def store(conn: AsyncConnection) -> None:
    """Store and index the articles; each one's link is its id."""
    source = await conn.execute(
        insert(publication).values(name="Judged").returning(publication.c.id)
    )
    publication_id = source.scalar_one()
    for line in ARTICLES.strip().splitlines():
        name, day, topics, title, body = line.split(" | ")
        moment = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
        [position] = await positions.allocate(conn, [moment])
        values = {
            "position": position,
            "publication_id": publication_id,
            "link": name,
            "title": title,
            "summary": body,
            "published_at": moment,
            "first_seen_at": moment,
            "text_hash": "-",
        }
        await conn.execute(insert(entry).values(values))
        entry_id = await conn.scalar(select(entry.c.id).where(entry.c.link == name))
        rows = [{"entry_id": entry_id, "topic": topic, "score": 0.9} for topic in topics.split(",")]
        await conn.execute(insert(entry_topic), rows)
        await index_entries(conn, [int(entry_id or 0)])


async def ndcg(search: Search, queries: Sequence[Judged]) -> list[tuple[float, Judged]]:
    """Give nDCG@10 of each query, the worst first."""
    found = []
    for each in queries:
        results = (await search.find(each.query)).results
        gained = _gain([each.grades.get(result.link, 0) for result in results])
        best = _gain(sorted(each.grades.values(), reverse=True)[:10])
        found.append((gained / best, each))
    return sorted(found, key=lambda pair: pair[0])


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


async def score(db: Database, search: Search) -> list[tuple[float, Judged]]:
    """Store the articles in an empty database and judge the search on them."""
    async with db.write() as conn:
        await store(conn)
    return await ndcg(search, judged())
