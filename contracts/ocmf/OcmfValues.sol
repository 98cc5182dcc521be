// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ocmf_Refused} from "../types/Proof.sol";
import {Json, Span} from "./Json.sol";

/// @title OCMF 1.4: what the values of a record mean
library OcmfValues {
    uint256 private constant KWH_DECIMALS = 9;
    uint256 private constant WH_DECIMALS = 6;
    uint256 private constant DIGITS_MAX = 15;

    /// @dev Digits behind the point: 75 digits in all never overflow.
    uint256 private constant PLACES_MAX = 60;

    uint256 private constant EACH_BYTE = type(uint256).max / 0xff;

    /// @dev `:1.8.0`.
    uint256 private constant TOTAL = 0x3a312e382e30;

    uint256 private constant TIME_BYTES = 30;
    uint256 private constant MILLIS_BYTES = 4;

    /// @dev Mask of `YYYY-MM-DDThh:mm:ss`.
    bytes32 private constant SECONDS = ~bytes32(type(uint256).max >> (8 * 19));

    /// @dev Mask of the digits that are read in `YYYY-MM-DDThh:mm:ss,mmm+zzzz X`: ff for each.
    uint256 private constant TIME_DIGITS = 0xffffffff00ffff00ffff00ffff00ffff00ffff0000000000ffffffff00000000;

    /// @notice A register in millionths of a Wh.
    function register(Span rv, Span ru) internal pure returns (uint256) {
        if (ru.equals("kWh", 3)) return _decimal(rv, KWH_DECIMALS, "RV");
        if (ru.equals("Wh", 2)) return _decimal(rv, WH_DECIMALS, "RV");
        revert Ocmf_Refused("RU");
    }

    /// @notice True if there is no loss compensation.
    function isZero(Span cl) internal pure returns (bool) {
        return _decimal(cl, WH_DECIMALS, "CL") == 0;
    }

    /// @notice `T` and a number that rises with each transaction. `F` counts readings outside of transactions.
    function page(Span pg) internal pure returns (uint256 number) {
        unchecked {
            uint256 pos = pg.start();
            uint256 count = pg.length();
            uint256 end;
            (number, end) = _digits(0, pos + 1);
            bool written = pg.isString() && Json.byteAt(pos) == 0x54 && count > 1 && count <= DIGITS_MAX;
            if (!written || end != pos + count) revert Ocmf_Refused("PG");
        }
    }

    /// @notice A cumulative register of imported energy, by OBIS `A-B:C.D.E*F`: C is 1, B0 or B1, D is 8, and E is 0,
    /// a tariff's digit, or the letter that stands for E in OCMF's own text. Groups with leading zeros or not. No
    /// transaction's register (98, B2, B3) and no export (2). What a tariff's register counts is never more than the
    /// total. `restarts`: F is 198, at which some meters count from zero in each transaction.
    function importRegister(Span ri) internal pure returns (bool counts, bool restarts) {
        uint256 bytes_ = ri.length();
        if (bytes_ > 31) return (false, false);
        uint256 text = uint256(ri.first());
        // The end that nearly all meters write; what precedes the colon does not matter.
        if (bytes_ > 5 && (text >> (256 - 8 * bytes_)) & 0xffffffffffff == TOTAL) return (true, false);
        uint256 medium;
        uint256 kind;
        uint256 tariff;
        uint256 group;
        uint256 groups;
        unchecked {
            for (; text != 0; text <<= 8) {
                uint256 c = text >> 248;
                if (c == 0x3a) {
                    (medium, kind, tariff, group, groups) = (0, 0, 0, 0, 0);
                } else if (c == 0x2e || c == 0x2a) {
                    if (++groups > 3) return (false, false);
                    (medium, kind, tariff, group) = (kind, tariff, group, 0);
                } else if (c != 0x30 || group != 0) {
                    group = (group << 8) | c;
                }
            }
        }
        // Without a fourth group, all are one place further on.
        if (groups == 2) (medium, kind, tariff, group) = (kind, tariff, group, 0);
        bool imported = medium == 0x31 || medium == 0x4230 || medium == 0x4231;
        counts = imported && kind == 0x38 && groups > 1 && _isTariff(tariff);
        restarts = group == 0x313938;
    }

    /// @dev None, one digit, or `e`.
    function _isTariff(uint256 tariff) private pure returns (bool) {
        return tariff == 0 || tariff == 0x65 || (tariff > 0x30 && tariff < 0x3a);
    }

    /// @notice `YYYY-MM-DDThh:mm:ss,mmm+zzzz X` in unix seconds, with or without `,mmm`. Only the time of a clock that is
    /// synchronised (S) must match. A relative time (R) is a duration, and an unknown (U) or informative (I) clock may
    /// show anything.
    function time(Span tm) internal pure returns (bool binds, uint256 timeSec) {
        bytes32 text = tm.first();
        if (tm.length() == TIME_BYTES - MILLIS_BYTES) {
            text = (text & SECONDS) | ((text & ~SECONDS) >> (8 * MILLIS_BYTES));
        } else if (tm.length() != TIME_BYTES) {
            revert Ocmf_Refused("TM");
        }
        uint256 sync = uint8(text[29]);
        if (sync == 0x55 || sync == 0x49 || sync == 0x52) return (false, 0);
        if (sync != 0x53) revert Ocmf_Refused("TM");
        return (true, _unixSec(text));
    }

    /// @dev Days since 1970 by Howard Hinnant's `days_from_civil`, with years that begin in March.
    function _unixSec(bytes32 text) private pure returns (uint256) {
        unchecked {
            uint256 pairs = _pairs(uint256(text));
            uint256 year = _at(pairs, 1) * 100 + _at(pairs, 3);
            uint256 month = _at(pairs, 6);
            uint256 day = _at(pairs, 9);
            if (year < 1970 || month == 0 || month > 12 || day == 0 || day > 31) revert Ocmf_Refused("TM");
            if (month < 3) --year;
            uint256 dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
            uint256 day_ = year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear;
            uint256 local = _at(pairs, 12) * 3_600 + _at(pairs, 15) * 60 + _at(pairs, 18);
            uint256 offset = _at(pairs, 25) * 3_600 + _at(pairs, 27) * 60;
            // 719468 days lie between March 1st of the year 0 and 1970; a day is added so that no offset goes below.
            uint256 shifted = (day_ - 719_468 + 1) * 1 days + local;
            bool east = text[23] == "+";
            if (!east && text[23] != "-") revert Ocmf_Refused("TM");
            return (east ? shifted - offset : shifted + offset) - 1 days;
        }
    }

    /// @dev All digits of a time at once. The byte of each even digit then holds the number of its pair.
    function _pairs(uint256 text) private pure returns (uint256) {
        unchecked {
            uint256 digits = (text ^ (EACH_BYTE * 0x30)) & TIME_DIGITS;
            uint256 above9 = digits | ((digits & (EACH_BYTE * 0x7f)) + EACH_BYTE * (0x7f - 9));
            if (above9 & (EACH_BYTE * 0x80) != 0) revert Ocmf_Refused("TM");
            return digits + ((digits * 10) >> 8);
        }
    }

    function _at(uint256 bytes_, uint256 index) private pure returns (uint256 found) {
        assembly ("memory-safe") {
            found := byte(index, bytes_)
        }
    }

    /// @dev An exact decimal, as number or as text that spaces may pad on the left: `62500.1271`, `"       9.038"`.
    /// No sign, no exponent. Digits beyond `decimals` must be zero, since nothing is rounded here. The byte
    /// behind a scalar is never a digit, so the digits end there.
    function _decimal(Span span, uint256 decimals, bytes32 rule) private pure returns (uint256 number) {
        unchecked {
            uint256 whole = span.start();
            uint256 end = whole + span.length();
            if (span.isString()) whole = Json.spaces(whole);
            uint256 pos;
            (number, pos) = _digits(0, whole);
            if (pos == whole || pos - whole > DIGITS_MAX) revert Ocmf_Refused(rule);
            uint256 places;
            if (pos != end) {
                if (Json.byteAt(pos) != 0x2e) revert Ocmf_Refused(rule);
                uint256 point = pos;
                (number, pos) = _digits(number, point + 1);
                places = pos - point - 1;
                if (pos != end || places == 0 || places > PLACES_MAX) revert Ocmf_Refused(rule);
            }
            if (places <= decimals) return number * 10 ** (decimals - places);
            uint256 scale = 10 ** (places - decimals);
            if (number % scale != 0) revert Ocmf_Refused(rule);
            return number / scale;
        }
    }

    /// @dev Appends digits to a number, up to the first byte that is none.
    function _digits(uint256 number, uint256 pos) private pure returns (uint256, uint256) {
        unchecked {
            uint256 digit = Json.byteAt(pos) - 0x30;
            while (digit < 10) {
                number = number * 10 + digit;
                digit = Json.byteAt(++pos) - 0x30;
            }
            return (number, pos);
        }
    }
}
