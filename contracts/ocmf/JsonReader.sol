// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Json, Span} from "./Json.sol";

/// @title Keys and values of JSON in calldata
/// @notice Handled values are returned; of all others brackets and strings are checked.
abstract contract JsonReader {
    uint256 private constant DEPTH_MAX = 16;

    uint256 private constant EACH_BYTE = type(uint256).max / 0xff;
    uint256 private constant LOW_BITS = EACH_BYTE * 0x7f;
    uint256 private constant TOP_BITS = EACH_BYTE * 0x80;

    /// @dev How many zeros precede the first one among bits that are not all zero. Chains of before the osaka hardfork have
    /// no opcode for it.
    function _leadingZeros(uint256 bits) internal pure virtual returns (uint256);

    /// @dev A key and its colon. Returns a key of two bytes as a number, any other as zero.
    function _key(uint256 pos) internal pure returns (uint256 name, uint256) {
        unchecked {
            // The form that nearly all meters write: quote, two capitals, quote, colon. The mask holds both bytes in 0x40
            // to 0x5f, and the sum carries into a top bit from 0x5b on, where the backslash is.
            uint256 five;
            assembly ("memory-safe") {
                five := shr(216, calldataload(pos))
            }
            if (five & 0xffe0e0ffff == 0x224040223a && (five + 0x25250000) & 0x80800000 == 0) {
                return ((five >> 16) & 0xffff, pos + 5);
            }
            pos = Json.expect(pos, 0x22);
            uint256 close = _string(pos);
            if (close - pos == 2) name = (Json.byteAt(pos) << 8) | Json.byteAt(pos + 1);
            return (name, Json.expect(close + 1, 0x3a));
        }
    }

    /// @dev Any value. Returns the span of a string, number or word; an empty span for an array or object.
    function _value(uint256 pos) internal pure returns (Span found_, uint256) {
        unchecked {
            uint256 found = Json.byteAt(pos);
            if (found == 0x20) {
                pos = Json.spaces(pos);
                found = Json.byteAt(pos);
            }
            uint256 next;
            if (found == 0x22) {
                next = _string(pos + 1);
                return (Json.span(pos + 1, next - pos - 1, true), next + 1);
            }
            if (found == 0x7b || found == 0x5b) return (found_, _nested(pos));
            next = Json.word(pos);
            return (Json.span(pos, next - pos, false), next);
        }
    }

    /// @dev From after the opening quote to the closing one. A quote ends a string; a control byte or a backslash makes it malformed, and so does the end of calldata,
    /// which reads as zeros. 32 bytes at a time: a byte below 0x80 is marked by its top bit when it is a backslash, or
    /// when it is at most 0x20 with its second bit flipped, as the controls and the quote are. No sum carries into the
    /// next byte; the leading zeros end at the first mark.
    function _string(uint256 pos) internal pure returns (uint256 close) {
        close = pos;
        uint256 marks;
        unchecked {
            while (true) {
                uint256 word;
                assembly ("memory-safe") {
                    word := calldataload(close)
                }
                uint256 low = word & LOW_BITS;
                uint256 others = (low ^ (EACH_BYTE * 0x02)) + EACH_BYTE * 0x5f;
                others &= (low ^ (EACH_BYTE * 0x5c)) + LOW_BITS;
                marks = ~(others | word) & TOP_BITS;
                if (marks != 0) break;
                close += 32;
            }
        }
        unchecked {
            close += _leadingZeros(marks) >> 3;
        }
        if (Json.byteAt(close) != 0x22) revert Json.Json_Malformed(close);
    }

    /// @dev An array or object, brackets matched by kind: one bit each in `kinds`.
    function _nested(uint256 pos) private pure returns (uint256) {
        unchecked {
            uint256 kinds = 1;
            do {
                uint256 c = Json.byteAt(pos);
                if (c == 0x22) {
                    pos = _string(pos + 1);
                } else if (c == 0x7b || c == 0x5b) {
                    kinds = (kinds << 1) | (c == 0x7b ? 1 : 0);
                    if (kinds >> DEPTH_MAX != 0) revert Json.Json_Malformed(pos);
                } else if (c == 0x7d || c == 0x5d) {
                    if ((kinds & 1 == 1) != (c == 0x7d)) revert Json.Json_Malformed(pos);
                    kinds >>= 1;
                } else if (c < 0x20 || c == 0x5c) {
                    revert Json.Json_Malformed(pos);
                }
                ++pos;
            } while (kinds != 1);
            return pos;
        }
    }
}
