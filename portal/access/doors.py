"""Every door of the portal, in one list."""

from portal.access.sign_in import DOORS as SIGN_IN
from portal.customer import DOORS as CUSTOMER
from portal.everyone import DOORS as EVERYONE
from portal.staff import DOORS as STAFF

DOORS = (*SIGN_IN, *EVERYONE, *CUSTOMER, *STAFF)
