"""The customer's door: routes and forms, a module per thing people come for; truth lives in domain/."""

from portal.customer import (
    decisions,
    forum,
    forum_parties,
    home,
    new_ticket,
    organisation,
    promises,
    ratings,
    reports,
    surveys,
    tickets,
)

ROUTES_OF_TICKETS = (tickets, new_ticket, decisions, promises)
ROUTES_OF_FORUM = (forum_parties,)
"""The modules that hang their routes on the one door of tickets."""

DOORS = (home.door, tickets.door, organisation.door, reports.door, ratings.door, forum.door, surveys.door)
