"""Persons and households with their history, accounts, papers and consents; users and the roles they hold.

Engines read registers as positions (rules.terms): ``role``, ``sex``, ``status``. Periods are half-open.
"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from tiwizi.records.database.fields import code, link, ordered


class Region(models.Model):
    """A delegation of the mutual: the scope of roles."""

    code = models.CharField(max_length=20)
    name_ar = models.CharField(max_length=100)
    name_latin = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="people_region_code")]


class Employer(models.Model):
    number = models.CharField(max_length=40)
    name_ar = models.CharField(max_length=200, default="")
    name_latin = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="people_employer_number")]


class Household(models.Model):
    """Those who are covered through one member. Claims, cover and decisions lie in the order of households."""

    number = models.CharField(max_length=40)
    region = models.ForeignKey(Region, models.PROTECT, null=True, db_index=False, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="people_household_number")]


class Address(models.Model):
    """Where letters to a household go, in the script that people write it in. A household without one has no row."""

    household = models.OneToOneField(Household, models.PROTECT, related_name="+")
    first = models.CharField(max_length=80)  # number and street
    second = models.CharField(max_length=80, default="")  # flat, quarter, douar
    postal_code = models.CharField(max_length=10, default="")
    town = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(first="") & ~Q(town=""), name="people_address_first_and_town")
        ]


class Person(models.Model):
    number = models.CharField(max_length=40)
    name_ar = models.CharField(max_length=200, default="")
    name_latin = models.CharField(max_length=200, default="")
    cin = models.CharField(max_length=20, null=True)  # national identity card
    phone = models.CharField(max_length=20, null=True)  # rules.phone: "+212612345678"; a family may share one
    birth = models.DateField()
    sex = code()
    language = models.CharField(max_length=2, null=True)  # of letters to them; null: nobody asked, so Arabic

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="people_person_number"),
            models.UniqueConstraint(fields=["cin"], name="people_person_cin"),
            models.CheckConstraint(condition=Q(sex__range=(0, 2)), name="people_person_sex_known"),
        ]
        indexes = [models.Index(fields=["phone"], condition=Q(phone__isnull=False), name="people_person_phone")]


class NameWord(models.Model):
    """A folded word of somebody's name (rules.names), in either script; or two that people also write as one."""

    word = models.CharField(max_length=90)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word"], name="people_nameword_once")]


class NameKey(models.Model):
    """What a word is found by: the checksum of each of rules.names.keys."""

    pk = models.CompositePrimaryKey("key", "word_id")
    key = models.BigIntegerField()
    word = link("people.NameWord")


class NamePeople(models.Model):
    """People whose name has, or had, a word: ids as 32-bit numbers, ascending. An import adds one row a word, a single
    act one person; nothing is taken out, so whoever reads holds what is found against the name as it is."""

    word = link("people.NameWord")
    people = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["word"], name="people_namepeople_word")]


class Membership(models.Model):
    """A person's place in a household, from a day. One household at a time; a household has one member at a time and
    may have several spouses."""

    household = link("people.Household")
    person = link("people.Person")
    role = code()
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["household", "person"], name="people_membership_household"),
            models.Index(fields=["person", "since"], name="people_membership_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(role__range=(0, 5)), name="people_membership_role_known"),
            ordered("since", "until", "people_membership_period"),
        ]


class Status(models.Model):
    """What is so of a person for a time: long-term illness, disability, schooling, pension."""

    person = link("people.Person")
    status = code()
    code = models.CharField(max_length=40, default="")  # of the illness; seen by who decides claims only
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "status"], name="people_status_person")]
        constraints = [
            models.CheckConstraint(condition=Q(status__range=(0, 3)), name="people_status_known"),
            ordered("since", "until", "people_status_period"),
        ]


class Touch(models.Model):
    """A household that something happened to, and that has to be decided again: by the next run, which takes all that
    there are when it starts. Rows are only added; what is waiting is what came after the last run."""

    household = link("people.Household")
    cause = models.CharField(max_length=60)  # "claim:81", "tariff:3"

    class Meta:
        db_table = "care_touch"  # where the runs of care look for them


class Employment(models.Model):
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="+")
    branch = models.CharField(max_length=40, default="")
    number = models.CharField(max_length=40, default="")  # what the employer calls the person
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [ordered("since", "until", "people_employment_period")]


class Payee(models.Model):
    """Who can be paid: a person, or somebody else who gives care. ``name`` is written as the bank knows it."""

    person = models.OneToOneField(Person, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=140)


class BankAccount(models.Model):
    """An account of a payee: asked for by one, confirmed by another, usable 48 hours later (S4). The one in force is
    the last that is usable and not ended. Numbers of scheme "rib" have 24 digits, the last two their key."""

    payee = models.ForeignKey(Payee, models.PROTECT, related_name="accounts")
    scheme = models.CharField(max_length=10, default="rib")
    number = models.CharField(max_length=34)
    asked_by = models.ForeignKey("people.User", models.PROTECT, db_index=False, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("people.User", models.PROTECT, null=True, db_index=False, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    usable_from = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scheme__in=("rib", "iban", "other")), name="people_bankaccount_scheme"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")), name="people_bankaccount_two_people"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None, usable_from=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, usable_from__isnull=False),
                name="people_bankaccount_confirmed_whole",
            ),
        ]


class Document(models.Model):
    """A page of a paper. ``subject`` says of what ("claim:81"); the bytes lie beside the database under their digest.
    ``original``: SHA-256 of what was sent, which was cleaned and cut into pages and is not kept."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+")
    subject = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    digest = models.BinaryField(max_length=32)  # SHA-256
    size = models.BigIntegerField()
    received_at = models.DateTimeField()
    original = models.BinaryField(max_length=32, null=True)
    page = models.SmallIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject"], name="people_document_subject")]


class Mutual(models.Model):
    """Who the mutual is, as its letters say: the last row stands. ``appeal_days``: from a refusal until when a member
    may object; ``logo``: the digest of a picture."""

    name_ar = models.CharField(max_length=200)
    name_latin = models.CharField(max_length=200)
    address_ar = models.CharField(max_length=300)
    address_latin = models.CharField(max_length=300)
    phone = models.CharField(max_length=40, default="")
    email = models.CharField(max_length=120, default="")
    site = models.CharField(max_length=120, default="")
    appeal_days = models.SmallIntegerField()
    appeal_to_ar = models.CharField(max_length=300)
    appeal_to_latin = models.CharField(max_length=300)
    logo = models.BinaryField(max_length=32, null=True)
    by = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(appeal_days__gt=0), name="people_mutual_appeal_days")]


class Letter(models.Model):
    """A letter that was made. ``content``: all that it says, compressed, from which it is printed again to the byte;
    ``digest``: SHA-256 of that. ``way``: how it left ("post", "counter", "e_mail"), blank until then."""

    household = link("people.Household")
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=60)  # "claim:81", "order:12", "person:7"
    language = models.CharField(max_length=2)
    digest = models.BinaryField(max_length=32)
    content = models.BinaryField()
    tells_care = models.BooleanField()  # whether it names acts, which not everybody may read
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()
    way = models.CharField(max_length=10, default="")
    sent_by = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["household"], name="people_letter_household")]
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "digest"], name="people_letter_once"),
            models.CheckConstraint(condition=Q(way__in=("", "post", "counter", "e_mail")), name="people_letter_way"),
            models.CheckConstraint(
                condition=Q(way="", sent_by=None, sent_at=None)
                | (~Q(way="") & Q(sent_by__isnull=False, sent_at__isnull=False)),
                name="people_letter_sent_whole",
            ),
        ]


class Card(models.Model):
    """A member's card, the first, second ... that a person was given. A lost one is revoked; one is good at a time."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()
    revoked_by = models.BigIntegerField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "number"], name="people_card_number"),
            models.UniqueConstraint(fields=["person"], condition=Q(revoked_at=None), name="people_card_one_is_good"),
        ]


class Consent(models.Model):
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=60)
    given_on = models.DateField()
    withdrawn_on = models.DateField(null=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")


class User(AbstractBaseUser):
    """Somebody, or some machine, who acts. ``person``: who they are as a member, for nobody acts on their own file."""

    login = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    person = models.OneToOneField(Person, models.PROTECT, null=True, related_name="+")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS = ["name"]
    objects = BaseUserManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["login"], name="people_user_login")]


class RoleGrant(models.Model):
    """A role that somebody gave somebody else. A privileged role is in force once a third person has confirmed it (S5).
    ``asked_by`` is null for the first two administrators, who are there when the mutual opens."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=30)
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_by=None) | ~Q(asked_by=F("user")), name="people_rolegrant_not_to_oneself"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | (~Q(confirmed_by=F("user")) & ~Q(confirmed_by=F("asked_by"))),
                name="people_rolegrant_confirmed_by_a_third",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "region"], condition=Q(revoked_at=None, region__isnull=False),
                name="people_rolegrant_once_in_region",
            ),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(revoked_at=None, region=None), name="people_rolegrant_once"
            ),
        ]  # fmt: skip


class SavedView(models.Model):
    """What a list of the desk was asked (``query``, as in its address), under a name; ``shared``: with who reads the
    same list."""

    user = models.ForeignKey(User, models.PROTECT, db_index=False, related_name="+")
    listing = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    shared = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["listing"], name="people_savedview_listing")]
        constraints = [models.UniqueConstraint(fields=["user", "listing", "name"], name="people_savedview_name")]


class FactorReset(models.Model):
    """A second factor that somebody lost: one administrator asks that it be taken away, another confirms it, neither of
    them whose it is. What is neither confirmed nor ended waits."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, db_index=False, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, db_index=False, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # done, or no longer wanted

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(asked_by=F("user")), name="people_factorreset_not_for_oneself"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | (~Q(confirmed_by=F("user")) & ~Q(confirmed_by=F("asked_by"))),
                name="people_factorreset_confirmed_by_a_third",
            ),
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="people_factorreset_one_waits"),
        ]


class BrokenGlass(models.Model):
    """Somebody who reads no medical data otherwise, reads that of a household until a moment, for a reason that they
    gave (S8). Without a household: of before it had to be named, when it opened all."""

    user = models.ForeignKey(User, models.PROTECT, db_index=False, related_name="+")
    household = models.ForeignKey(Household, models.PROTECT, db_index=False, null=True, related_name="+")
    reason = models.CharField(max_length=1000)
    opened_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "-until"], name="people_brokenglass_user")]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="people_brokenglass_has_a_reason")]
