"""Names as people write them, in Arabic or Latin letters: folded, heard alike, how far two are apart, and spelt in the
other script.

A name's ``sound`` is its consonants, the same from both scripts: فاطمة and Fatima are "ftm", بناني and Bennani "bnn".
Vowels are what people spell differently, so a sound leaves them out, with و and ي, which are vowels as often as not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import combinations

#: Longest piece of a word that is looked at: nobody's name is longer, and a hostile one costs no more than that.
LONGEST = 40
_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f]")
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f]")
_SPELT = str.maketrans({
    "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "گ": "ڭ", "ٱ": "ا", "ء": "", "ـ": "", "œ": "oe", "æ": "ae", "ß": "ss",
    "'": "", "’": "", "‘": "", "ʼ": "", "`": "",
})  # fmt: skip
#: In this order: longer ones first, and no letter again that another became ("C" is ش, "X" is خ, "G" is غ).
_LATIN_SOUNDS = (
    ("tch", "C"), ("ch", "C"), ("sh", "C"), ("kh", "X"), ("gh", "G"), ("dh", "d"), ("th", "t"), ("ph", "f"),
    ("dj", "j"), ("qu", "k"), ("ck", "k"), ("ou", "u"),
)  # fmt: skip
_SOFT_C = re.compile(r"c(?=[eiy])")
_LATIN_LETTERS = str.maketrans({
    "q": "k", "p": "b", "v": "f", "x": "ks", "C": "c", "X": "x", "G": "g", "o": "u", "w": "u", "y": "i", "e": "i",
})  # fmt: skip
_ARABIC_LETTERS = {
    "ا": "a", "ب": "b", "پ": "b", "ت": "t", "ث": "t", "ج": "j", "چ": "c", "ح": "h", "خ": "x", "د": "d", "ذ": "d",
    "ر": "r", "ز": "z", "ژ": "j", "س": "s", "ش": "c", "ص": "s", "ض": "d", "ط": "t", "ظ": "d", "ع": "", "غ": "g",
    "ف": "f", "ڤ": "f", "ق": "k", "ك": "k", "ڭ": "g", "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "u", "ي": "i",
}  # fmt: skip
_VOWELS = re.compile(r"[aiu]")
_DOUBLED = re.compile(r"(.)\1+")
#: Articles, which people write or leave out.
ARTICLES = frozenset(("el", "al", "ال", "l", "la", "de"))


def fold(text: str) -> str:
    """Letters as they are compared: no case, accents, vowel signs, tatweel; أ إ آ are ا, ة is ه, ى is ي; what is no
    letter or digit parts words."""
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_SPELT)).translate(_SPELT)
    kept = "".join(letter for letter in spread if unicodedata.category(letter) not in ("Mn", "Cf"))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in kept).split())


@lru_cache(maxsize=262_144)
def words(text: str) -> tuple[str, ...]:
    """The folded words of a name, in their order."""
    return tuple(word[:LONGEST] for word in fold(text).split())


def is_arabic(text: str) -> bool:
    return _ARABIC.search(text) is not None


def wrong_script(text: str, *, script: str) -> bool:
    """Whether a name that should be in "arabic" or "latin" letters has letters of the other."""
    return (_LATIN if script == "arabic" else _ARABIC).search(text) is not None


def forms(word: str) -> tuple[str, ...]:
    """A folded word with and without the article that may be its beginning: العلوي is Alaoui, الياس is Ilyas."""
    return (word[2:], word) if word.startswith("ال") and len(word) > 4 else (word,)


@lru_cache(maxsize=65_536)
def voiced(form: str) -> str:
    """A folded word in one alphabet for both scripts, with the vowels that are written: u for و ou o w, i for ي y e."""
    if is_arabic(form):
        bare = form[:-1] + "ا" if form.endswith("ه") and len(form) > 2 else form
        return _DOUBLED.sub(r"\1", "".join(_ARABIC_LETTERS.get(letter, letter) for letter in bare))
    heard = form[:-1] if form.endswith("h") and len(form) > 2 and form[-2] in "aei" else form
    for written, said in _LATIN_SOUNDS:
        heard = heard.replace(written, said)
    heard = _SOFT_C.sub("s", heard).replace("c", "k").translate(_LATIN_LETTERS)
    return _DOUBLED.sub(r"\1", heard)


@lru_cache(maxsize=65_536)
def sound(form: str) -> str:
    """The consonants of a folded word, doubled ones once."""
    bare = _DOUBLED.sub(r"\1", _VOWELS.sub("", voiced(form)))
    return bare or voiced(form)[:1]


def distance(one: str, other: str, *, most: int) -> int:
    """Letters to be changed, added, left out, or put in their neighbour's place; ``most + 1`` where there are more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, against in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def unheard(arabic: str, latin: str) -> int:
    """How many letters of an Arabic word are not heard, in their order, in a Latin one: it has no short vowels."""
    asked, told = voiced(arabic), voiced(latin)
    row = [0] * (len(told) + 1)
    for letter in asked:
        before, row = row, [0]
        for j, against in enumerate(told):
            row.append(before[j] + 1 if letter == against else max(before[j + 1], row[j]))
    return len(asked) - row[-1]


#: What ``answers`` gives where a word is no answer.
NO_ANSWER = 9


def answers(asked: str, word: str) -> int:
    """How well a folded word answers what was typed: 0 the same, 1 nearly or the beginning of it, up to 4 with a letter
    or two wrong; NO_ANSWER."""
    if asked == word:
        return 0
    how = _same_script if is_arabic(asked) == is_arabic(word) else _other_script
    return min(how(one, other) for one in forms(asked) for other in forms(word))


def _same_script(asked: str, word: str) -> int:
    if asked == word:
        return 0
    if len(asked) >= 2 and word.startswith(asked):
        return 1
    same_sound = len(sound(asked)) > 1 and sound(asked) == sound(word)
    two = len(asked) >= 8 or (len(asked) >= 6 and asked[0] == word[0])
    most = 3 if same_sound else 0 if len(asked) < 4 else 2 if two else 1
    apart = distance(asked, word, most=most)
    if apart > most:
        return NO_ANSWER
    return min(1 + apart, 2) if same_sound else 1 + apart


def _other_script(asked: str, word: str) -> int:
    arabic, latin = (asked, word) if is_arabic(asked) else (word, asked)
    one, other = sound(asked), sound(word)
    begins = len(one) >= 2 and other.startswith(one)
    near = min(len(one), len(other)) >= 3 and distance(one, other, most=1) == 1
    if not (one == other or begins or near):
        return NO_ANSWER
    missing = unheard(arabic, latin)
    if one == other:
        return missing if missing * 3 <= len(voiced(arabic)) else NO_ANSWER
    if begins and (missing <= 1 or asked == arabic):
        return 2
    return 3 if near and missing <= 1 else NO_ANSWER


# -- keys: what a word is found by, as 64-bit numbers ----------------------------------------------------------------

_HEADS = (2, 3, 4, 6)


def keys(word: str) -> set[str]:
    """What an index keeps of a word: its beginnings, and its sound with a letter or two left out."""
    found = {f"w{word}"}
    for form in forms(word):
        heard = sound(form)
        found |= {f"w{form[:size]}" for size in _HEADS if len(form) >= size}
        found |= {f"q{heard[:size]}" for size in (2, 3, 4) if len(heard) >= size}
        found |= _rough(form)
    return found


def asked_keys(asked: str) -> set[str]:
    """What is looked for in such an index when somebody types a word."""
    found = {f"w{asked}"}
    for form in forms(asked):
        size = max((size for size in _HEADS if size <= len(form)), default=0)
        heard = sound(form)
        found |= _rough(form) | ({f"w{form[:size]}"} if size else set())
        found |= {f"q{heard[:4]}"} if len(heard) >= 2 else set()
    return found


def _rough(form: str) -> set[str]:
    """A sound with letters left out, so that two that are a letter or two apart meet; of a short one the word."""
    heard = sound(form)[:9]
    left_out = 2 if len(heard) >= 5 else 1 if len(heard) >= 3 else 0
    found = {f"s{heard}"}
    for count in range(1, left_out + 1):
        found |= {f"s{''.join(kept)}" for kept in combinations(heard, len(heard) - count)}
    if len(heard) < 3 and 4 <= len(form) <= 8:
        found |= {f"d{form[:at]}{form[at + 1 :]}" for at in range(len(form))} | {f"d{form}"}
    return found


# -- in the other script ---------------------------------------------------------------------------------------------

_TO_LATIN = {
    "ا": "a", "أ": "a", "إ": "i", "آ": "a", "ى": "a", "ة": "a", "ء": "", "ؤ": "ou", "ئ": "i", "ب": "b", "ت": "t",
    "ث": "t", "ج": "j", "ح": "h", "خ": "kh", "د": "d", "ذ": "d", "ر": "r", "ز": "z", "س": "s", "ش": "ch", "ص": "s",
    "ض": "d", "ط": "t", "ظ": "d", "ع": "a", "غ": "gh", "ف": "f", "ڤ": "v", "ق": "k", "ك": "k", "ڭ": "g", "گ": "g",
    "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "ou", "ي": "i", "پ": "p",
}  # fmt: skip
_TO_ARABIC = (
    ("tch", "تش"), ("ch", "ش"), ("sh", "ش"), ("kh", "خ"), ("gh", "غ"), ("dh", "ض"), ("th", "ث"), ("dj", "ج"),
    ("ou", "و"), ("oo", "و"), ("ai", "اي"), ("ei", "اي"), ("a", "ا"), ("b", "ب"), ("c", "ك"), ("d", "د"), ("e", ""),
    ("f", "ف"), ("g", "ڭ"), ("h", "ه"), ("i", "ي"), ("j", "ج"), ("k", "ك"), ("l", "ل"), ("m", "م"), ("n", "ن"),
    ("o", "و"), ("p", "ب"), ("q", "ق"), ("r", "ر"), ("s", "س"), ("t", "ت"), ("u", "و"), ("v", "ف"), ("w", "و"),
    ("x", "كس"), ("y", "ي"), ("z", "ز"),
)  # fmt: skip


def in_latin(name: str) -> str:
    """An Arabic name as it may be spelt in Latin letters, for somebody to put right: ``in_latin("فاطمة") == "Fatma"``.

    Short vowels are not written in Arabic, so between two consonants an "a" is put.
    """
    kept = "".join(letter for letter in name if unicodedata.category(letter) != "Mn" and letter != "ـ")
    return " ".join(_word_in_latin(word) for word in kept.split())


def _word_in_latin(word: str) -> str:
    article = "El " if word.startswith("ال") and len(word) > 4 else ""
    spelt, before = "", ""
    for letter in word[2:] if article else word:
        said = _TO_LATIN.get(letter, letter if letter.isascii() else "")
        if said and before and before[-1] not in "aeiou" and said[0] not in "aeiou":
            spelt += "a"
        spelt, before = spelt + said, said or before
    return article + re.sub(r"aa+", "a", spelt).capitalize()


def in_arabic(name: str) -> str:
    """A Latin name as it may be spelt in Arabic letters, for somebody to put right."""
    return " ".join(_word_in_arabic(word) for word in fold(name).split())


def _word_in_arabic(word: str) -> str:
    if word in ("el", "al"):
        return "ال"
    single = _DOUBLED.sub(r"\1", word) if "oo" not in word else word
    spelt = ""
    while single:
        written, letter = next(((w, a) for w, a in _TO_ARABIC if single.startswith(w)), (single[0], ""))
        if not spelt and written in "aeiou" and not letter:
            letter = "إ"
        spelt, single = spelt + letter, single[len(written) :]
    return spelt
