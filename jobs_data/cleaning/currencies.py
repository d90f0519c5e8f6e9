"""Currencies as sources name them: codes of ISO 4217 and the symbols that stand for one currency only."""

from __future__ import annotations

# A bare "$" is the US dollar unless the descriptor names another currency; "kr" and "¥" name no one currency.
SYMBOLS = {
    **{"US$": "USD", "C$": "CAD", "CA$": "CAD", "CDN$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD"},
    **{
        "S$": "SGD",
        "HK$": "HKD",
        "R$": "BRL",
        "MX$": "MXN",
        "NT$": "TWD",
        "$": "USD",
        "€": "EUR",
        "£": "GBP",
    },
    **{"₹": "INR", "₪": "ILS", "₩": "KRW", "₽": "RUB", "₺": "TRY", "zł": "PLN", "Kč": "CZK", "₫": "VND"},
    **{"฿": "THB", "₴": "UAH", "₦": "NGN", "₱": "PHP", "Ft": "HUF", "lei": "RON", "Fr.": "CHF"},
}
WORDS = {
    **{"euro": "EUR", "euros": "EUR", "dollars": "USD", "pounds": "GBP", "pound": "GBP", "rupees": "INR"},
    **{"zlotych": "PLN", "złotych": "PLN", "zloty": "PLN", "eur/h": "EUR"},
}
# ISO 4217 without precious metals and units of account.
CODES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
    CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
    GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF
    KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
    MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
    SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU
    UYW UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905 - a list of 165 quoted codes would fill two pages
)
# In prose, some codes are words ("ALL", "TOP", "TRY"): there, only these are currencies.
CODES_IN_TEXT = frozenset(
    """
    AED ARS AUD BDT BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HRK HUF IDR ILS INR ISK JPY KES
    KRW LKR MXN MYR NGN NOK NZD PEN PHP PKR PLN RON RUB SAR SEK SGD THB TWD UAH USD UYU VND ZAR
    """.split()  # noqa: SIM905 - see above
)


def code_of(mark: str) -> str:
    """The code that a symbol, a code or a word beside an amount stands for; "" for none."""
    symbol = mark.strip("().,;:")
    code = SYMBOLS.get(symbol) or WORDS.get(symbol.casefold()) or symbol.upper()
    return code if code in CODES_IN_TEXT else ""


def code_in_column(cell: str) -> str:
    """The code in the cell of a currency column: `EUR`, `€`, `EUR European Euro`; "" for none known."""
    cleaned = cell.strip()
    named = SYMBOLS.get(cleaned) or WORDS.get(cleaned.casefold())
    first = cleaned.split()[0].upper() if cleaned else ""
    code = named or first
    # Some name the currency and its symbol: "British pounds sterling (£)".
    if code not in CODES and cleaned.endswith(")"):
        code = SYMBOLS.get(cleaned[cleaned.rfind("(") + 1 : -1], "")
    return code if code in CODES else ""
