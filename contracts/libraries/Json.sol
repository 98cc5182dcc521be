// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A scalar in calldata: `start` 128 (byte offset), `length` 64 (bytes), `isString` 1. Of a string, what stands
/// between its quotes. Zero when there is none.
type Span is uint256;

using {start, length, isString, isNone, first, hash, equals} for Span global;

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
    if (bytes_ < 32) word &= ~(bytes32(type(uint256).max) >> (8 * bytes_));
}

function hash(Span s) pure returns (bytes32 digest) {
    uint256 pos = s.start();
    uint256 bytes_ = s.length();
    assembly ("memory-safe") {
        let free := mload(0x40)
        calldatacopy(free, pos, bytes_)
        digest := keccak256(free, bytes_)
    }
}

/// @dev Is it just this text of at most 31 bytes?
function equals(Span s, bytes32 text, uint256 textLength) pure returns (bool) {
    return s.length() == textLength && s.first() == text;
}

/// @title One strict pass over JSON (RFC 8259) in calldata
/// @notice Narrower than JSON on purpose: no escapes (a key could be spelled in two ways), no control bytes, and no
/// white space but the space. What is not handled is skipped, its brackets and strings checked.
/// @dev Positions are byte offsets in calldata and only grow. Steps do not look where the text ends: who read beyond
/// its end is beyond it at last, so a caller must check once that the last position is the end (`requireEnd`). Beyond
/// calldata all bytes are zero, which no step accepts, so that each one ends.
library Json {
    /// @notice Thrown when the text is not written as above; `position` counts bytes from its beginning.
    error Json_Malformed(uint256 position);

    uint256 private constant DEPTH_MAX = 16;

    uint256 private constant EACH_BYTE = type(uint256).max / 0xff;
    uint256 private constant LOW_BITS = EACH_BYTE * 0x7f;
    uint256 private constant QUOTES = EACH_BYTE * 0x22;
    uint256 private constant BACKSLASHES = EACH_BYTE * 0x5c;
    uint256 private constant CONTROLS = EACH_BYTE * 0xe0;

    /// @notice The text was read to its very end, and not beyond.
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

    /// @notice A key and its colon. Returns a key of two capital letters as a number, any other as zero.
    function key(uint256 pos) internal pure returns (uint256 name, uint256) {
        unchecked {
            // As nearly all meters write it: quote, two capitals, quote, colon.
            uint256 five;
            assembly ("memory-safe") {
                five := shr(216, calldataload(pos))
            }
            if (five & 0xff0000ffff == 0x220000223a && _isCapitals(five >> 16)) {
                return ((five >> 16) & 0xffff, pos + 5);
            }
            pos = expect(pos, 0x22);
            uint256 close = string_(pos);
            if (close - pos == 2) {
                name = (byteAt(pos) << 8) | byteAt(pos + 1);
                if (!_isCapitals(name)) name = 0;
            }
            return (name, expect(close + 1, 0x3a));
        }
    }

    /// @notice Any value. Of a string, number or word the span is given; of an array or object none.
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
    /// @dev A quote ends a string well; a control byte or a backslash ends it badly, and so does the end of calldata,
    /// which reads as zeros. 32 bytes at a time: `_zeros` marks each byte of that kind, `clz` finds the first mark.
    function string_(uint256 pos) internal pure returns (uint256 close) {
        close = pos;
        uint256 marks;
        while (true) {
            uint256 word;
            assembly ("memory-safe") {
                word := calldataload(close)
            }
            marks = _zeros(word ^ QUOTES) | _zeros(word ^ BACKSLASHES) | _zeros(word & CONTROLS);
            if (marks != 0) break;
            unchecked {
                close += 32;
            }
        }
        assembly ("memory-safe") {
            close := add(close, shr(3, clz(marks)))
        }
        if (byteAt(close) != 0x22) revert Json_Malformed(close);
    }

    /// @dev The top bit of each byte that is zero, and no other bit (no carry leaves a byte).
    function _zeros(uint256 word) private pure returns (uint256) {
        unchecked {
            return ~(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS);
        }
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

    /// @dev The low two bytes are A to Z.
    function _isCapitals(uint256 two) private pure returns (bool) {
        unchecked {
            return (two & 0xff) - 0x41 < 26 && ((two >> 8) & 0xff) - 0x41 < 26;
        }
    }

    /// @dev A number or word: letters, digits, `+`, `-`, `.`.
    function _word(uint256 pos) private pure returns (uint256 next) {
        unchecked {
            for (next = pos; ; ++next) {
                uint256 c = byteAt(next);
                bool digit = c >= 0x30 && c <= 0x39;
                bool letter = (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
                if (!digit && !letter && c != 0x2b && c != 0x2d && c != 0x2e) break;
            }
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
