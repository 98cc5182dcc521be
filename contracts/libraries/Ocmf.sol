// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Json, Span} from "./Json.sol";

/// @title OCMF 1.4 payloads: what a meter's record says about one transaction
/// @notice Handles PG, ID and RD, and of a reading TM, TX, RV, RI, RU, EF, ST, CL (Open Charge Metering Format,
/// sections "Payload" and "Readings"). All else is skipped. A handled key that stands twice is refused.
library Ocmf {
    /// @notice Thrown when a record does not prove what it should; `rule` is the field or rule that it breaks.
    error Ocmf_Refused(bytes32 rule);

    /// @notice When synchronised clocks must have read the meter, unix seconds.
    struct Window {
        uint256 from;
        uint256 until;
    }

    /// @notice What one record says. Registers in millionths of a Wh.
    struct Record {
        uint256 page; // the number in PG
        bytes32 idHash; // keccak256 of ID, zero when there is none
        bytes32 register; // keccak256 of RI of what begins or ends here
        uint256 begin;
        uint256 end;
        bool begins;
        bool ends;
    }

    /// @dev One reading. TM and TX stand until another reading names them anew.
    struct Entry {
        Span tm;
        Span tx;
        Span rv;
        Span ri;
        Span ru;
        Span ef;
        Span st;
        Span cl;
    }

    uint256 private constant PG = 0x5047;
    uint256 private constant ID = 0x4944;
    uint256 private constant RD = 0x5244;
    uint256 private constant TM = 0x544d;
    uint256 private constant TX = 0x5458;
    uint256 private constant RV = 0x5256;
    uint256 private constant RI = 0x5249;
    uint256 private constant RU = 0x5255;
    uint256 private constant EF = 0x4546;
    uint256 private constant ST = 0x5354;
    uint256 private constant CL = 0x434c;

    /// @dev A meter that is synchronised once a day drifts by seconds; more than this is another transaction.
    uint256 private constant CLOCK_TOLERANCE_SEC = 5 minutes;

    uint256 private constant KWH_DECIMALS = 9;
    uint256 private constant WH_DECIMALS = 6;
    uint256 private constant DIGITS_MAX = 15;

    /// @notice Reads the exact bytes that the meter signed.
    function parse(
        bytes calldata payload,
        Window memory window
    ) internal pure returns (Record memory record) {
        unchecked {
            uint256 pos;
            assembly ("memory-safe") {
                pos := payload.offset
            }
            uint256 end = pos + payload.length;
            pos = Json.expect(pos, 0x7b);
            uint256 seen;
            bool again = true;
            while (again) {
                uint256 key;
                Span span;
                (key, pos) = Json.key(pos);
                if (key == RD) {
                    seen = _once(seen, 1, "RD");
                    pos = _entries(record, window, pos);
                } else {
                    (span, pos) = Json.value(pos);
                    if (key == PG) {
                        seen = _once(seen, 2, "PG");
                        record.page = _page(span);
                    } else if (key == ID) {
                        seen = _once(seen, 4, "ID");
                        if (!span.isString()) revert Ocmf_Refused("ID");
                        record.idHash = span.hash();
                    }
                }
                (again, pos) = Json.more(pos, 0x7d);
            }
            Json.requireEnd(pos, end);
            if (seen & 3 != 3) revert Ocmf_Refused("incomplete");
        }
    }

    function _entries(
        Record memory record,
        Window memory window,
        uint256 pos
    ) private pure returns (uint256) {
        Entry memory entry;
        pos = Json.expect(pos, 0x5b);
        bool again = true;
        while (again) {
            pos = _entry(entry, pos);
            _take(record, entry, window);
            (again, pos) = Json.more(pos, 0x5d);
        }
        return pos;
    }

    /// @dev Reads one reading into `entry`, whose TM and TX stay from the one before.
    function _entry(Entry memory entry, uint256 pos) private pure returns (uint256) {
        Span none;
        (entry.rv, entry.ri, entry.ru, entry.ef, entry.st, entry.cl) = (none, none, none, none, none, none);
        uint256 seen;
        pos = Json.expect(pos, 0x7b);
        bool again = true;
        while (again) {
            uint256 key;
            Span span;
            (key, pos) = Json.key(pos);
            (span, pos) = Json.value(pos);
            seen = _keep(entry, key, span, seen);
            (again, pos) = Json.more(pos, 0x7d);
        }
        return pos;
    }

    function _keep(Entry memory entry, uint256 key, Span span, uint256 seen) private pure returns (uint256) {
        if (key == TM) {
            entry.tm = span;
            return _once(seen, 1, "TM");
        }
        if (key == TX) {
            entry.tx = span;
            return _once(seen, 2, "TX");
        }
        if (key == RV) {
            entry.rv = span;
            return _once(seen, 4, "RV");
        }
        if (key == RI) {
            entry.ri = span;
            return _once(seen, 8, "RI");
        }
        if (key == RU) {
            entry.ru = span;
            return _once(seen, 16, "RU");
        }
        if (key == EF) {
            entry.ef = span;
            return _once(seen, 32, "EF");
        }
        if (key == ST) {
            entry.st = span;
            return _once(seen, 64, "ST");
        }
        if (key == CL) {
            entry.cl = span;
            return _once(seen, 128, "CL");
        }
        return seen;
    }

    /// @dev Takes a reading that begins (B) or ends (E, L, R, A, P) the transaction at a total import register; the
    /// first such register counts, others are ignored, and so are C, X, S and T, which never bill.
    function _take(Record memory record, Entry memory entry, Window memory window) private pure {
        if (entry.tx.length() != 1) return;
        uint256 tx_ = uint8(bytes1(entry.tx.first()));
        bool begins = tx_ == 0x42;
        if (!begins && tx_ != 0x45 && tx_ != 0x4c && tx_ != 0x52 && tx_ != 0x41 && tx_ != 0x50) return;
        bytes32 register = entry.ri.hash();
        if (record.register == 0) {
            if (!_isTotalImport(entry.ri)) return;
            record.register = register;
        } else if (record.register != register) {
            return;
        }
        _requireBillable(entry, window);
        uint256 value = _register(entry);
        if (begins) {
            if (record.begins || record.ends) revert Ocmf_Refused("sequence");
            (record.begins, record.begin) = (true, value);
        } else {
            if (record.ends) revert Ocmf_Refused("sequence");
            (record.ends, record.end) = (true, value);
        }
    }

    /// @dev Valid is not billable: no error flag, meter good, no loss compensation, a time that fits.
    function _requireBillable(Entry memory entry, Window memory window) private pure {
        if (entry.ef.length() != 0) revert Ocmf_Refused("EF");
        if (!entry.st.equals("G", 1)) revert Ocmf_Refused("ST");
        if (!entry.cl.isNone() && _decimal(entry.cl, WH_DECIMALS, "CL") != 0) revert Ocmf_Refused("CL");
        _requireTime(entry.tm, window);
    }

    /// @dev `YYYY-MM-DDThh:mm:ss,mmm+zzzz X`. A clock that is synchronised (S) or relative (R) binds; one that is
    /// unknown (U) or informative (I) binds nothing.
    function _requireTime(Span tm, Window memory window) private pure {
        if (!tm.isString() || tm.length() != 30) revert Ocmf_Refused("TM");
        bytes32 text = tm.first();
        uint256 sync = uint8(text[29]);
        if (sync == 0x55 || sync == 0x49) return;
        if (sync != 0x53 && sync != 0x52) revert Ocmf_Refused("TM");
        uint256 time = _unixSec(text);
        if (time + CLOCK_TOLERANCE_SEC < window.from) revert Ocmf_Refused("TM");
        if (time > window.until + CLOCK_TOLERANCE_SEC) revert Ocmf_Refused("TM");
    }

    /// @dev Days since 1970 by Howard Hinnant's `days_from_civil`, with years that begin in March.
    function _unixSec(bytes32 text) private pure returns (uint256) {
        uint256 year = _two(text, 0) * 100 + _two(text, 2);
        uint256 month = _two(text, 5);
        uint256 day = _two(text, 8);
        if (year < 1970 || month == 0 || month > 12 || day == 0 || day > 31) revert Ocmf_Refused("TM");
        if (month < 3) --year;
        uint256 dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        uint256 day_ = year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear;
        uint256 local = _two(text, 11) * 3_600 + _two(text, 14) * 60 + _two(text, 17);
        uint256 offset = _two(text, 24) * 3_600 + _two(text, 26) * 60;
        // 719468 days lie between March 1st of the year 0 and 1970; a day is added so that no offset goes below.
        uint256 shifted = (day_ - 719_468 + 1) * 1 days + local;
        bool east = text[23] == "+";
        if (!east && text[23] != "-") revert Ocmf_Refused("TM");
        return (east ? shifted - offset : shifted + offset) - 1 days;
    }

    /// @dev The two digits from byte `index` on.
    function _two(bytes32 text, uint256 index) private pure returns (uint256) {
        unchecked {
            uint256 pair = uint256(text) >> (240 - 8 * index);
            uint256 tens = ((pair >> 8) & 0xff) - 0x30;
            uint256 ones = (pair & 0xff) - 0x30;
            if (tens > 9 || ones > 9) revert Ocmf_Refused("TM");
            return tens * 10 + ones;
        }
    }

    function _register(Entry memory entry) private pure returns (uint256) {
        if (entry.ru.equals("kWh", 3)) return _decimal(entry.rv, KWH_DECIMALS, "RV");
        if (entry.ru.equals("Wh", 2)) return _decimal(entry.rv, WH_DECIMALS, "RV");
        revert Ocmf_Refused("RU");
    }

    /// @dev An exact decimal, as number or as text that spaces may pad on the left: `62500.1271`, `"       9.038"`.
    /// No sign, no exponent. Digits beyond `decimals` must be zero, since nothing is rounded here.
    function _decimal(Span span, uint256 decimals, bytes32 rule) private pure returns (uint256 number) {
        unchecked {
            uint256 pos = span.start();
            uint256 end = pos + span.length();
            if (span.isString()) pos = Json.spaces(pos);
            uint256 whole = pos;
            uint256 places;
            bool point;
            for (; pos < end; ++pos) {
                uint256 c = Json.byteAt(pos);
                if (c == 0x2e) {
                    if (point || pos == whole) revert Ocmf_Refused(rule);
                    point = true;
                    continue;
                }
                uint256 digit = c - 0x30;
                if (digit > 9) revert Ocmf_Refused(rule);
                if (point && ++places > decimals) {
                    if (digit != 0) revert Ocmf_Refused(rule);
                    places = decimals;
                    continue;
                }
                number = number * 10 + digit;
                if (!point && pos - whole >= DIGITS_MAX) revert Ocmf_Refused(rule);
            }
            if (pos == whole || pos > end || (point && places == 0)) revert Ocmf_Refused(rule);
            return number * 10 ** (decimals - places);
        }
    }

    /// @dev `T` and a number that rises with each transaction. `F` counts readings outside of transactions.
    function _page(Span span) private pure returns (uint256 number) {
        bytes32 text = span.first();
        uint256 count = span.length();
        if (!span.isString() || count < 2 || count > DIGITS_MAX || text[0] != "T") revert Ocmf_Refused("PG");
        unchecked {
            for (uint256 i = 1; i < count; ++i) {
                uint256 digit = uint256(uint8(text[i])) - 0x30;
                if (digit > 9) revert Ocmf_Refused("PG");
                number = number * 10 + digit;
            }
        }
    }

    /// @dev OBIS `A-B:C.D.E*F` whose C is 1, B0 or B1, D is 8 and E is 0, groups with leading zeros or not: energy
    /// imported in all, no transaction's register (98, B2, B3), no export (2), no tariff's.
    function _isTotalImport(Span ri) private pure returns (bool) {
        if (!ri.isString() || ri.length() > 31) return false;
        bytes32 text = ri.first();
        uint256[3] memory groups;
        uint256 group;
        unchecked {
            for (uint256 i = 0; i < ri.length() && group < 3; ++i) {
                uint256 c = (uint256(text) >> (248 - 8 * i)) & 0xff;
                if (c == 0x3a) {
                    (groups[0], groups[1], groups[2], group) = (0, 0, 0, 0);
                } else if (c == 0x2e || c == 0x2a) {
                    ++group;
                } else if (c != 0x30 || groups[group] != 0) {
                    groups[group] = (groups[group] << 8) | c;
                }
            }
        }
        bool import_ = groups[0] == 0x31 || groups[0] == 0x4230 || groups[0] == 0x4231;
        return import_ && groups[1] == 0x38 && groups[2] == 0 && group >= 2;
    }

    function _once(uint256 seen, uint256 bit, bytes32 rule) private pure returns (uint256) {
        if (seen & bit != 0) revert Ocmf_Refused(rule);
        return seen | bit;
    }
}
