// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ocmf_Refused} from "../types/Proof.sol";
import {Json, Span} from "./Json.sol";
import {JsonReader} from "./JsonReader.sol";
import {OcmfValues} from "./OcmfValues.sol";

/// @title OCMF 1.4 payloads: what a meter's record states about one transaction
/// @notice Handles PG, ID and RD, and of a reading TM, TX, RV, RI, RU, EF, ST, CL (Open Charge Metering Format,
/// sections "Payload" and "Readings"). Other keys are skipped. A record with one of these keys twice is refused. Must
/// equal protocol/ocmf/record.ts.
abstract contract Ocmf is JsonReader {
    /// @notice When synchronised clocks must have read the meter, unix seconds.
    struct Window {
        uint256 from;
        uint256 until;
    }

    /// @notice Contents of one record. Registers in millionths of a Wh.
    struct Record {
        uint256 page; // the number in PG
        bytes32 id; // ID as short text, zero when there is none
        bytes32 register; // RI of the register that begins or ends here, as short text
        uint256 begin;
        uint256 end;
        bytes32 fault; // why the energy since the begin does not count, zero when it does
        bool begins;
        bool ends;
        bool restarts; // the register counts from zero in each transaction
    }

    /// @dev One reading, in the order of ENTRY_KEYS. What a reading leaves out it has from the one before, except its
    /// value and its loss compensation.
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

    bytes32 private constant ENTRY_KEYS = "TMTXRVRIRUEFSTCL";

    /// @dev One bit for each of the keys above, the lowest of its two bytes.
    uint256 private constant EACH_KEY = 0x00010001000100010001000100010001 << 128;

    /// @dev The marks of RV and CL, which may be numbers. All others are texts.
    uint256 private constant NUMBERS = 0x00000000800000000000000000008000 << 128;

    /// @dev What a reading is for, by its TX.
    uint256 private constant BEGINS = 1;
    uint256 private constant ENDS = 2;
    uint256 private constant FAILED = 3;
    uint256 private constant OTHER = 0;

    /// @dev A meter that is synchronised once a day drifts by seconds; a larger difference means another transaction.
    uint256 private constant CLOCK_TOLERANCE_SEC = 5 minutes;

    /// @dev Reads the exact bytes that the meter signed.
    function _parse(
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
                (key, pos) = _key(pos);
                if (key == RD) {
                    seen = _once(seen, 1, "RD");
                    pos = _entries(record, window, pos);
                } else {
                    (span, pos) = _value(pos);
                    if (key == PG) {
                        seen = _once(seen, 2, "PG");
                        record.page = OcmfValues.page(span);
                    } else if (key == ID) {
                        seen = _once(seen, 4, "ID");
                        if (!span.isString()) revert Ocmf_Refused("ID");
                        record.id = span.text();
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
        _requireNoFault(record.fault);
        return pos;
    }

    /// @dev Reads one reading into `entry`, which still is the previous one.
    function _entry(Entry memory entry, uint256 pos) private pure returns (uint256) {
        Span none;
        (entry.rv, entry.cl) = (none, none);
        uint256 seen;
        pos = Json.expect(pos, 0x7b);
        bool again = true;
        while (again) {
            uint256 key;
            Span span;
            (key, pos) = _key(pos);
            (span, pos) = _value(pos);
            seen = _keep(entry, key, span, seen);
            (again, pos) = Json.more(pos, 0x7d);
        }
        return pos;
    }

    /// @dev Stores the span if the key is handled. All of ENTRY_KEYS are compared at once: the top bit of the matching
    /// two bytes marks it, in `seen` too, and its position there is the position of its field in `entry`.
    function _keep(Entry memory entry, uint256 key, Span span, uint256 seen) private pure returns (uint256) {
        unchecked {
            uint256 differing = uint256(ENTRY_KEYS) ^ (key * EACH_KEY);
            uint256 mark = ~(differing | ((differing & (EACH_KEY * 0x7fff)) + EACH_KEY * 0x7fff));
            mark &= EACH_KEY * 0x8000;
            if (mark == 0) return seen;
            uint256 forbidden = seen;
            if (!span.isString()) forbidden |= span.isNone() ? mark : ~NUMBERS;
            if (forbidden & mark != 0) revert Ocmf_Refused(bytes32(key << 240));
            // 16 bits a key there, 32 bytes a field here.
            uint256 offset = _leadingZeros(mark) << 1;
            assembly ("memory-safe") {
                mstore(add(entry, offset), span)
            }
            return seen | mark;
        }
    }

    /// @dev Takes a reading that begins or ends the transaction at a register of imported energy; the first such
    /// register counts, and readings of others are ignored. The rest is never billed, but between begin and end an
    /// error of it is one of the energy.
    function _take(Record memory record, Entry memory entry, Window memory window) private pure {
        if (!_isCounted(record, entry.ri)) return;
        uint256 kind = _kind(entry.tx);
        if (kind != BEGINS && kind != ENDS) {
            if (!record.ends && record.fault == 0) record.fault = _fault(entry, kind);
            return;
        }
        record.register = entry.ri.text();
        bool begins = kind == BEGINS;
        if (record.ends || (begins && record.begins)) revert Ocmf_Refused("sequence");
        // What was wrong before the begin does not matter.
        if (!begins) _requireNoFault(record.fault);
        record.fault = 0;
        _requireNoFault(_fault(entry, kind));
        _requireTimely(entry, window);
        uint256 value = OcmfValues.register(entry.rv, entry.ru);
        if (begins) {
            (record.begins, record.begin) = (true, value);
        } else {
            (record.ends, record.end) = (true, value);
        }
    }

    function _isCounted(Record memory record, Span ri) private pure returns (bool counts) {
        if (record.register != 0) return record.register == ri.text();
        (counts, record.restarts) = OcmfValues.importRegister(ri);
    }

    /// @dev B begins; E, L, R, A and P end. X says that the meter failed and the transaction goes on.
    function _kind(Span tx_) private pure returns (uint256) {
        if (tx_.length() != 1) return OTHER;
        uint256 letter = uint8(bytes1(tx_.first()));
        if (letter == 0x42) return BEGINS;
        if (letter == 0x58) return FAILED;
        bool ends = letter == 0x45 || letter == 0x4c || letter == 0x52 || letter == 0x41 || letter == 0x50;
        return ends ? ENDS : OTHER;
    }

    /// @dev The rule that the energy of a reading breaks, zero if none. EF `t` says that its time alone is wrong, and
    /// so that the energy is right, even where the meter failed (X).
    function _fault(Entry memory entry, uint256 kind) private pure returns (bytes32) {
        bool isTimeOnly = entry.ef.equals("t", 1);
        if (entry.ef.length() != 0 && !isTimeOnly) return "EF";
        if (!entry.st.equals("G", 1)) return "ST";
        if (!entry.cl.isNone() && !OcmfValues.isZero(entry.cl)) return "CL";
        return kind == FAILED && !isTimeOnly ? bytes32("TX") : bytes32(0);
    }

    /// @dev A time that the meter itself calls wrong binds nothing.
    function _requireTimely(Entry memory entry, Window memory window) private pure {
        if (entry.ef.length() != 0) return;
        (bool binds, uint256 timeSec) = OcmfValues.time(entry.tm);
        if (!binds) return;
        unchecked {
            // A time before 1970 comes as a huge number, and so is late.
            bool isEarly = timeSec + CLOCK_TOLERANCE_SEC < window.from;
            if (isEarly || timeSec > window.until + CLOCK_TOLERANCE_SEC) revert Ocmf_Refused("TM");
        }
    }

    function _requireNoFault(bytes32 fault) private pure {
        if (fault != 0) revert Ocmf_Refused(fault);
    }

    function _once(uint256 seen, uint256 bit, bytes32 rule) private pure returns (uint256) {
        if (seen & bit != 0) revert Ocmf_Refused(rule);
        return seen | bit;
    }
}
