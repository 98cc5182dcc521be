// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A scalar in calldata: `start` 128 (byte offset), `length` 64 (bytes), `isString` 1. Of a string, the text
/// between its quotes. Zero when there is none.
type Span is uint256;

using {start, length, isString, isNone, first, text, equals} for Span global;

function start(Span s) pure returns (uint256) {
    return uint128(Span.unwrap(s));
}

function length(Span s) pure returns (uint256) {
    return uint64(Span.unwrap(s) >> 128);
}

function isString(Span s) pure returns (bool) {
    return Span.unwrap(s) >> 192 == 1;
}

function isNone(Span s) pure returns (bool) {
    return Span.unwrap(s) == 0;
}

/// @dev Its first 32 bytes, zero beyond its end.
function first(Span s) pure returns (bytes32 word) {
    uint256 pos = s.start();
    uint256 bytes_ = s.length();
    assembly ("memory-safe") {
        word := calldataload(pos)
    }
    // With 32 bytes or more, all bits are shifted out and nothing is masked.
    word &= ~(bytes32(type(uint256).max) >> (8 * bytes_));
}

/// @dev Its value as short text: its bytes, and in the last one their number. Zero when there are more than 31.
function text(Span s) pure returns (bytes32) {
    uint256 bytes_ = s.length();
    return bytes_ > 31 ? bytes32(0) : s.first() | bytes32(bytes_);
}

/// @dev Is it just this text of at most 31 bytes?
function equals(Span s, bytes32 wanted, uint256 bytes_) pure returns (bool) {
    if (s.length() != bytes_) return false;
    uint256 pos = s.start();
    uint256 word;
    assembly ("memory-safe") {
        word := calldataload(pos)
    }
    return (word ^ uint256(wanted)) >> (256 - 8 * bytes_) == 0;
}

/// @title One strict pass over JSON (RFC 8259) in calldata
/// @notice Narrower than JSON on purpose: no escapes (a key could be spelled in two ways), no control bytes, and no
/// white space but the space. Other values are skipped; their brackets and strings are checked.
/// @dev Positions are byte offsets in calldata and only grow. Steps do not check where the text ends: a step that
/// reads beyond it leaves its position beyond it, so a caller must check once that the last position is the end
/// (`requireEnd`). Beyond calldata all bytes are zero, which no step accepts, so each step ends.
library Json {
    /// @notice Thrown when the text breaks these rules; `position` counts bytes from its beginning.
    error Json_Malformed(uint256 position);

    uint256 private constant DEPTH_MAX = 16;

    uint256 private constant EACH_BYTE = type(uint256).max / 0xff;
    uint256 private constant LOW_BITS = EACH_BYTE * 0x7f;
    uint256 private constant TOP_BITS = EACH_BYTE * 0x80;

    /// @dev Bytes of numbers and words, a bit each: `+`, `-`, `.`, digits, letters.
    uint256 private constant WORD_BYTES =
        (1 << 0x2b) | (1 << 0x2d) | (1 << 0x2e) | (0x3ff << 0x30) | (0x3ffffff << 0x41) | (0x3ffffff << 0x61);

    /// @notice Requires that the text was read exactly to its end.
    function requireEnd(uint256 pos, uint256 end) internal pure {
        if (pos != end) revert Json_Malformed(pos);
    }

    /// @notice Skips spaces, then takes one byte that must be `wanted`.
    function expect(uint256 pos, uint256 wanted) internal pure returns (uint256) {
        unchecked {
            pos = spaces(pos);
            if (byteAt(pos) != wanted) revert Json_Malformed(pos);
            return pos + 1;
        }
    }

    /// @notice After a member: a comma (there is more) or the closing bracket.
    function more(uint256 pos, uint256 closing) internal pure returns (bool, uint256) {
        unchecked {
            uint256 found = byteAt(pos);
            if (found == 0x20) {
                pos = spaces(pos);
                found = byteAt(pos);
            }
            if (found == 0x2c) return (true, pos + 1);
            if (found != closing) revert Json_Malformed(pos);
            return (false, pos + 1);
        }
    }

    /// @notice A key and its colon. Returns a key of two bytes as a number, any other as zero.
    function key(uint256 pos) internal pure returns (uint256 name, uint256) {
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
            pos = expect(pos, 0x22);
            uint256 close = string_(pos);
            if (close - pos == 2) name = (byteAt(pos) << 8) | byteAt(pos + 1);
            return (name, expect(close + 1, 0x3a));
        }
    }

    /// @notice Any value. Returns the span of a string, number or word; an empty span for an array or object.
    function value(uint256 pos) internal pure returns (Span span, uint256) {
        unchecked {
            uint256 found = byteAt(pos);
            if (found == 0x20) {
                pos = spaces(pos);
                found = byteAt(pos);
            }
            uint256 next;
            if (found == 0x22) {
                next = string_(pos + 1);
                return (_span(pos + 1, next - pos - 1, true), next + 1);
            }
            if (found == 0x7b || found == 0x5b) return (span, _nested(pos));
            next = _word(pos);
            return (_span(pos, next - pos, false), next);
        }
    }

    /// @notice From after the opening quote to the closing one.
    /// @dev A quote ends a string; a control byte or a backslash makes it malformed, and so does the end of calldata,
    /// which reads as zeros. 32 bytes at a time: a byte below 0x80 is marked by its top bit when it is a backslash, or
    /// when it is at most 0x20 with its second bit flipped, as the controls and the quote are. No sum carries into the
    /// next byte; `clz` finds the first mark.
    function string_(uint256 pos) internal pure returns (uint256 close) {
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
        assembly ("memory-safe") {
            close := add(close, shr(3, clz(marks)))
        }
        if (byteAt(close) != 0x22) revert Json_Malformed(close);
    }

    function spaces(uint256 pos) internal pure returns (uint256) {
        unchecked {
            while (byteAt(pos) == 0x20) ++pos;
            return pos;
        }
    }

    function byteAt(uint256 pos) internal pure returns (uint256 found) {
        assembly ("memory-safe") {
            found := byte(0, calldataload(pos))
        }
    }

    /// @dev A number or word: letters, digits, `+`, `-`, `.`.
    function _word(uint256 pos) private pure returns (uint256 next) {
        unchecked {
            next = pos;
            while ((WORD_BYTES >> byteAt(next)) & 1 != 0) ++next;
            if (next == pos) revert Json_Malformed(pos);
        }
    }

    /// @dev An array or object, brackets matched by kind: one bit each in `kinds`.
    function _nested(uint256 pos) private pure returns (uint256) {
        unchecked {
            uint256 kinds = 1;
            do {
                uint256 c = byteAt(pos);
                if (c == 0x22) {
                    pos = string_(pos + 1);
                } else if (c == 0x7b || c == 0x5b) {
                    kinds = (kinds << 1) | (c == 0x7b ? 1 : 0);
                    if (kinds >> DEPTH_MAX != 0) revert Json_Malformed(pos);
                } else if (c == 0x7d || c == 0x5d) {
                    if ((kinds & 1 == 1) != (c == 0x7d)) revert Json_Malformed(pos);
                    kinds >>= 1;
                } else if (c < 0x20 || c == 0x5c) {
                    revert Json_Malformed(pos);
                }
                ++pos;
            } while (kinds != 1);
            return pos;
        }
    }

    function _span(uint256 pos, uint256 bytes_, bool isString_) private pure returns (Span) {
        return Span.wrap(pos | (bytes_ << 128) | (isString_ ? uint256(1) << 192 : 0));
    }
}
