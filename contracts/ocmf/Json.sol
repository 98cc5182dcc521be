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

/// @title Steps of one strict pass over JSON (RFC 8259) in calldata
/// @notice Narrower than JSON on purpose: no escapes (a key could be spelled in two ways), no control bytes, and no
/// white space but the space. `JsonReader` has the steps that read strings.
/// @dev Positions are byte offsets in calldata and only grow. Steps do not check where the text ends: a step that
/// reads beyond it leaves its position beyond it, so a caller must check once that the last position is the end
/// (`requireEnd`). Beyond calldata all bytes are zero, which no step accepts, so each step ends.
library Json {
    /// @notice Thrown when the text breaks these rules; `position` counts bytes from its beginning.
    error Json_Malformed(uint256 position);

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

    /// @notice A number or word: letters, digits, `+`, `-`, `.`.
    function word(uint256 pos) internal pure returns (uint256 next) {
        unchecked {
            next = pos;
            while ((WORD_BYTES >> byteAt(next)) & 1 != 0) ++next;
            if (next == pos) revert Json_Malformed(pos);
        }
    }

    function span(uint256 pos, uint256 bytes_, bool isString_) internal pure returns (Span) {
        return Span.wrap(pos | (bytes_ << 128) | (isString_ ? uint256(1) << 192 : 0));
    }
}
