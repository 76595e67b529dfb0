"""Columns whose name says that they tell who somebody is: names, addresses, dates of birth.

Their values are not shown. What content gives away, such as an e-mail address, is
recognised in `catalog.identifiers`.
"""

from catalog.names import slug_of

# Without what stands between words: `first_name`, `FirstName` and `first name` are one.
PERSONAL = frozenset(
    (
        *("name", "firstname", "lastname", "surname", "fullname", "givenname"),
        *("familyname", "middlename", "maidenname", "forename", "fname", "lname"),
        *("vorname", "nachname", "familienname", "geburtsname", "prenom"),
        *("street", "streetname", "streetaddress", "homeaddress", "postaladdress"),
        *("address", "address1", "address2", "addressline1", "addressline2"),
        *("billingaddress", "shippingaddress", "strasse", "anschrift", "adresse"),
        *("birthdate", "birthday", "dateofbirth", "dob", "geburtsdatum", "geburtstag"),
        *("datedenaissance", "datenaissance"),
    )
)
WHOSE = ("customer", "client", "contact", "member", "person", "user", "kunden")


def names_people(column: str) -> bool:
    """True where a column's name says a person's name, street address or date of birth.

    >>> [names_people(each) for each in ("First Name", "username", "Straße")]
    [True, True, True]
    >>> [names_people(each) for each in ("campaign_name", "address_type", "birth_year")]
    [False, False, False]
    """
    words = slug_of(column).replace("_", "")
    return not PERSONAL.isdisjoint({words, *(words.removeprefix(e) for e in WHOSE)})
