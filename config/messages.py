"""The texts that people read on tickets: templates by language, and how a workspace overrides them.

A template is literal text with names in braces; what a name stands for is put in as it is, never read as
markup. The English ones say which names each template knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

DEFAULT = "en"

ENGLISH: Mapping[str, str] = {
    "decimal": ".",
    "health.on_track": "on track",
    "health.at_risk": "at risk",
    "health.off_track": "off track",
    "health.at_target": "at target",
    "health.done": "done",
    "health.no_data": "no data",
    "progress.none": "There is no data yet.",
    "progress.header.what": "What",
    "progress.header.now": "Now",
    "progress.goal": "Goal",
    "progress.goal.value": "from {start} to {target} by {due}",
    "progress.goal.below": "at most {high} until {due}",
    "progress.goal.above": "at least {low} until {due}",
    "progress.goal.between": "between {low} and {high}, both included, until {due}",
    "progress.goal.amount": "{target} done by {due}",
    "progress.goal.work": "all linked work done by {due}",
    "progress.goal.milestones": "all milestones reached by {due}",
    "progress.goal.binary": "done by {due}",
    "progress.goal.project": "the project complete by {due}",
    "progress.goal.composite": "its key results reached by {due}",
    "progress.measure": "Measured by",
    "progress.measure.metric": "a reported metric",
    "progress.measure.query": "a tracker query",
    "progress.measure.flow": "the flow of linked work",
    "progress.measure.keep": "a limit to keep",
    "progress.measure.binary": "done or not",
    "progress.measure.work": "linked work",
    "progress.measure.milestones": "milestones",
    "progress.measure.project": "the progress of the project",
    "progress.measure.composite": "other key results",
    "progress.owner": "Owner",
    "progress.value": "Value",
    "progress.value.text": "{value} of {target}",
    "progress.value.down": "{value}; the target is at most {target}",
    "progress.pace": "Pace",
    "progress.pace.text": "{percent} % reached, {expected} % of the time gone",
    "progress.pace.forecast": "; at this pace {forecast} % by {due}",
    "progress.since": "Since {date}",
    "progress.since.done": "{count} done",
    "progress.since.reopened": "{count} reopened",
    "progress.since.added": "{count} added",
    "progress.since.dropped": "{count} dropped",
    "progress.since.gone": "{count} no longer linked",
    "progress.since.estimated": "{count} re-estimated",
    "progress.since.nothing": "no linked work moved",
    "progress.since.effect": " ({work} points by work, {scope} by scope)",
    "progress.left": "Left, here and elsewhere",
    "progress.left.text": "{count} of {total} items",
    "progress.left.points": ", {points} points",
    "progress.left.nothing": "nothing",
    "progress.blocked": "Blocked",
    "progress.blocked.by": "{key} by {blocker}",
    "progress.blocked.more": "{count} more",
    "progress.linked": "Linked by",
    "progress.data": "Data",
    "progress.data.checkin": "check-in of {date}, ",
    "progress.data.read": "trackers read {moment}",
    "progress.foot": "Truenorth keeps this comment up to date; what you write beside it stays.",
    "update.row": "{label}: ",
    "update.percents": "{before} % → {after} %",
    "update.healths": "{before} → {after}",
    "update.risk": "At risk",
    "update.risk.behind": "{points} points behind pace",
    "update.foot": "Posted by Truenorth, from the page of the key result",
    "orphan.head": "This work serves no key result.",
    "orphan.why.alone": "It has been open for {age}. It claims none, no rule links it, and it has no parent.",
    "orphan.why.above": "It has been open for {age}. It claims none and no rule links it, nor what stands above it.",
    "orphan.why.claimed.alone": "It has been open for {age}. It claims {claims}; no rule links it, and it has no parent.",
    "orphan.why.claimed.above": "It has been open for {age}. It claims {claims}; no rule links it, nor what stands above it.",
    "orphan.why.below": " What hangs below it is unaligned with it, unless it has a key result of its own.",
    "orphan.claim.near": "{claim}, which is not a declared key result (did you mean {nearest}?)",
    "orphan.claim.unknown": "{claim}, which is not a declared key result",
    "orphan.claim.over": "{claim}, which ended on {date}",
    "orphan.claim.and": " and ",
    "orphan.age.days": "more than a week",
    "orphan.age.weeks": "{count} weeks",
    "orphan.age.months": "{count} months",
    "orphan.ways": "Three ways out:",
    "orphan.link": "Link it",
    "orphan.link.how": ": add the label {label} of a key result",
    "orphan.exempt": "Exempt it",
    "orphan.exempt.label": ": add the label {labels}",
    "orphan.exempt.or": " or ",
    "orphan.exempt.ask": ": ask for an exempt category in the OKR files",
    "orphan.close": "Close it",
    "orphan.close.how": ", if it is not worth doing now",
    "orphan.closest": "It looks closest to:",
    "orphan.closest.because": ": {words}",
    "orphan.declared": "The key results:",
    "orphan.declared.more": "and {count} more",
    "orphan.foot": "The warning goes away by itself with its cause. Written by Truenorth.",
}

FRENCH: Mapping[str, str] = {
    "decimal": ",",
    "health.on_track": "en bonne voie",
    "health.at_risk": "à risque",
    "health.off_track": "en retard",
    "health.at_target": "à la cible",
    "health.done": "atteint",
    "health.no_data": "sans données",
    "progress.none": "Pas encore de données.",
    "progress.header.what": "Quoi",
    "progress.header.now": "Maintenant",
    "progress.goal": "Cible",
    "progress.goal.value": "de {start} à {target} d'ici au {due}",
    "progress.goal.below": "au plus {high} jusqu'au {due}",
    "progress.goal.above": "au moins {low} jusqu'au {due}",
    "progress.goal.between": "entre {low} et {high} inclus jusqu'au {due}",
    "progress.goal.amount": "{target} faits d'ici au {due}",
    "progress.goal.work": "tout le travail lié fait d'ici au {due}",
    "progress.goal.milestones": "tous les jalons atteints d'ici au {due}",
    "progress.goal.binary": "fait d'ici au {due}",
    "progress.goal.project": "le projet terminé d'ici au {due}",
    "progress.goal.composite": "ses résultats clés atteints d'ici au {due}",
    "progress.measure": "Mesuré par",
    "progress.measure.metric": "un indicateur relevé",
    "progress.measure.query": "une requête",
    "progress.measure.flow": "le flux du travail lié",
    "progress.measure.keep": "une limite à tenir",
    "progress.measure.binary": "fait ou non",
    "progress.measure.work": "le travail lié",
    "progress.measure.milestones": "des jalons",
    "progress.measure.project": "l'avancement du projet",
    "progress.measure.composite": "d'autres résultats clés",
    "progress.owner": "Responsable",
    "progress.value": "Valeur",
    "progress.value.text": "{value} sur {target}",
    "progress.value.down": "{value}\u00a0; l'objectif est d'au plus {target}",
    "progress.pace": "Rythme",
    "progress.pace.text": "{percent} % atteints, {expected} % du temps écoulé",
    "progress.pace.forecast": "\u00a0; à ce rythme {forecast} % au {due}",
    "progress.since": "Depuis le {date}",
    "progress.since.done": "{count} fait(s)",
    "progress.since.reopened": "{count} rouvert(s)",
    "progress.since.added": "{count} ajouté(s)",
    "progress.since.dropped": "{count} abandonné(s)",
    "progress.since.gone": "{count} délié(s)",
    "progress.since.estimated": "{count} réestimé(s)",
    "progress.since.nothing": "aucun travail lié n'a bougé",
    "progress.since.effect": " ({work} points par le travail, {scope} par le périmètre)",
    "progress.left": "Reste, ici et ailleurs",
    "progress.left.text": "{count} tickets sur {total}",
    "progress.left.points": ", {points} points",
    "progress.left.nothing": "rien",
    "progress.blocked": "Bloqué",
    "progress.blocked.by": "{key} par {blocker}",
    "progress.blocked.more": "{count} de plus",
    "progress.linked": "Lié par",
    "progress.data": "Données",
    "progress.data.checkin": "relevé du {date}, ",
    "progress.data.read": "outils lus le {moment}",
    "progress.foot": "Truenorth tient ce commentaire à jour\u00a0; ce que vous écrivez à côté reste.",
    "update.row": "{label}\u00a0: ",
    "update.percents": "{before} % → {after} %",
    "update.healths": "{before} → {after}",
    "update.risk": "À risque",
    "update.risk.behind": "{points} points de retard sur le rythme",
    "update.foot": "Publié par Truenorth, d'après la page du résultat clé",
    "orphan.head": "Ce travail ne sert aucun résultat clé.",
    "orphan.why.alone": "Il est ouvert depuis {age}. Il n'en revendique aucun, aucune règle ne le lie et il n'a "
    "pas de parent.",
    "orphan.why.above": "Il est ouvert depuis {age}. Il n'en revendique aucun et aucune règle ne le lie, pas plus "
    "que ce qui se trouve au-dessus.",
    "orphan.why.claimed.alone": "Il est ouvert depuis {age}. Il revendique {claims}\u00a0; aucune règle ne le lie et il "
    "n'a pas de parent.",
    "orphan.why.claimed.above": "Il est ouvert depuis {age}. Il revendique {claims}\u00a0; aucune règle ne le lie, pas "
    "plus que ce qui se trouve au-dessus.",
    "orphan.why.below": " Ce qui en dépend n'est pas aligné non plus, sauf s'il a son propre résultat clé.",
    "orphan.claim.near": "{claim}, qui n'est pas un résultat clé déclaré (peut-être {nearest}\u00a0?)",
    "orphan.claim.unknown": "{claim}, qui n'est pas un résultat clé déclaré",
    "orphan.claim.over": "{claim}, terminé le {date}",
    "orphan.claim.and": " et ",
    "orphan.age.days": "plus d'une semaine",
    "orphan.age.weeks": "{count} semaines",
    "orphan.age.months": "{count} mois",
    "orphan.ways": "Trois issues\u00a0:",
    "orphan.link": "Le lier",
    "orphan.link.how": "\u00a0: ajouter l'étiquette {label} d'un résultat clé",
    "orphan.exempt": "L'exempter",
    "orphan.exempt.label": "\u00a0: ajouter l'étiquette {labels}",
    "orphan.exempt.or": " ou ",
    "orphan.exempt.ask": "\u00a0: demander une catégorie exempte dans les fichiers OKR",
    "orphan.close": "Le fermer",
    "orphan.close.how": ", s'il ne vaut pas la peine maintenant",
    "orphan.closest": "Il semble le plus proche de\u00a0:",
    "orphan.closest.because": "\u00a0: {words}",
    "orphan.declared": "Les résultats clés\u00a0:",
    "orphan.declared.more": "et {count} de plus",
    "orphan.foot": "L'avertissement disparaît de lui-même avec sa cause. Écrit par Truenorth.",
}

SHIPPED: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "fr": FRENCH}


def pieces(template: str) -> tuple[tuple[str, str | None], ...]:
    """The template as pairs of literal text and the name that follows it, None at the end.

    Raises ValueError, in words, where braces do not pair or hold more than a name.
    """
    found = []
    try:
        for literal, name, form, conversion in Formatter().parse(template):
            if name is not None and (form or conversion or not name.isidentifier()):
                raise ValueError(f"{{{name}}} is not a plain placeholder")
            found.append((literal, name))
    except ValueError as error:
        raise ValueError(f"{error}; write {{{{ and }}}} for literal braces") from None
    return tuple(found)


def names_in(template: str) -> frozenset[str]:
    """The names that a template puts in."""
    return frozenset(name for _, name in pieces(template) if name is not None)
