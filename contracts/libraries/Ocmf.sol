// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ocmf_Refused} from "../types/Proof.sol";
import {Json, Span} from "./Json.sol";
import {OcmfValues} from "./OcmfValues.sol";

/// @title OCMF 1.4 payloads: what a meter's record states about one transaction
/// @notice Handles PG, ID and RD, and of a reading TM, TX, RV, RI, RU, EF, ST, CL (Open Charge Metering Format,
/// sections "Payload" and "Readings"). Other keys are skipped. A record with one of these keys twice is refused.
library Ocmf {
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
        bool begins;
        bool ends;
    }

    /// @dev One reading, in the order of ENTRY_KEYS. TM and TX apply until another reading sets them.
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

    /// @dev A meter that is synchronised once a day drifts by seconds; a larger difference means another transaction.
    uint256 private constant CLOCK_TOLERANCE_SEC = 5 minutes;

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
        return pos;
    }

    /// @dev Reads one reading into `entry`, whose TM and TX are still those of the previous reading.
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

    /// @dev Stores the span if the key is handled. All of ENTRY_KEYS are compared at once: the top bit of the matching
    /// two bytes marks it, in `seen` too, and its position there is the position of its field in `entry`.
    function _keep(Entry memory entry, uint256 key, Span span, uint256 seen) private pure returns (uint256) {
        unchecked {
            uint256 differing = uint256(ENTRY_KEYS) ^ (key * EACH_KEY);
            uint256 mark = ~(differing | ((differing & (EACH_KEY * 0x7fff)) + EACH_KEY * 0x7fff));
            mark &= EACH_KEY * 0x8000;
            if (mark == 0) return seen;
            if (seen & mark != 0) revert Ocmf_Refused(bytes32(key << 240));
            assembly ("memory-safe") {
                // 16 bits a key there, 32 bytes a field here.
                mstore(add(entry, shl(1, clz(mark))), span)
            }
            return seen | mark;
        }
    }

    /// @dev Takes a reading that begins (B) or ends (E, L, R, A, P) the transaction at a total import register; the
    /// first such register counts. Others are ignored, and so are C, X, S and T, which are never billed.
    function _take(Record memory record, Entry memory entry, Window memory window) private pure {
        if (entry.tx.length() != 1) return;
        uint256 tx_ = uint8(bytes1(entry.tx.first()));
        bool begins = tx_ == 0x42;
        if (!begins && tx_ != 0x45 && tx_ != 0x4c && tx_ != 0x52 && tx_ != 0x41 && tx_ != 0x50) return;
        bytes32 register = entry.ri.text();
        if (record.register == 0) {
            if (!OcmfValues.isTotalImport(entry.ri)) return;
            record.register = register;
        } else if (record.register != register) {
            return;
        }
        _requireBillable(entry, window);
        uint256 value = OcmfValues.register(entry.rv, entry.ru);
        if (begins) {
            if (record.begins || record.ends) revert Ocmf_Refused("sequence");
            (record.begins, record.begin) = (true, value);
        } else {
            if (record.ends) revert Ocmf_Refused("sequence");
            (record.ends, record.end) = (true, value);
        }
    }

    /// @dev A valid reading is billable only without error flag and loss compensation, by a good meter, in time.
    function _requireBillable(Entry memory entry, Window memory window) private pure {
        if (entry.ef.length() != 0) revert Ocmf_Refused("EF");
        if (!entry.st.equals("G", 1)) revert Ocmf_Refused("ST");
        if (!entry.cl.isNone() && !OcmfValues.isZero(entry.cl)) revert Ocmf_Refused("CL");
        (bool binds, uint256 timeSec) = OcmfValues.time(entry.tm);
        if (!binds) return;
        if (timeSec + CLOCK_TOLERANCE_SEC < window.from) revert Ocmf_Refused("TM");
        if (timeSec > window.until + CLOCK_TOLERANCE_SEC) revert Ocmf_Refused("TM");
    }

    function _once(uint256 seen, uint256 bit, bytes32 rule) private pure returns (uint256) {
        if (seen & bit != 0) revert Ocmf_Refused(rule);
        return seen | bit;
    }
}
