// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice `seq` 32, `energyWh` 48, `beganAt` 40, `endedAt` 40 (unix seconds), `overstaySec` 32, `isFinal` 1, 7 spare,
/// `bookedAt` 40, 16 spare. Energy counts from the booking's start, over all its transactions.
/// @dev `bookedAt` is no part of the signed reading. `settle` and `settleAlone` take it there, since a word of its own
/// costs gas in every session; the state hash checks it. Every other call wants zero there.
type Measure is uint256;

/// @notice The message that agent and driver sign: both keys sign the same EIP-712 digest.
struct Reading {
    Measure measure;
    bytes32 evidenceHash; // sha256(32-byte salt ‖ bundle file)
    bytes32 registersCommitment; // salted: absolute registers would reveal how much the owner drives
}

/// @notice What a final reading paid, in token units: `paid` 64 (the market's fee included), `refunded` 64.
type Payout is uint256;

/// @notice An ECDSA signature in ERC-2098's compact form. Only this form is accepted, so none is malleable.
struct CompactSignature {
    bytes32 r;
    bytes32 vs;
}

using {
    seq,
    energyWh,
    beganAt,
    endedAt,
    timeSec,
    overstaySec,
    isFinal,
    bookedAt,
    isWellFormed
} for Measure global;
using {isBy} for CompactSignature global;

/// @dev The spare bits of `Measure`: zero, so that one reading has one encoding.
uint256 constant SPARE_BITS = (uint256(0x7f) << 193) | (uint256(type(uint16).max) << 240);

/// @dev Half of secp256k1's order (SEC 2, section 2.4.1): a larger `s` would be a second form of a signature.
uint256 constant MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

/// @notice Did this key sign? Agent and session keys are plain keys: a contract could take its signature back.
/// @dev The precompile at address 1 is called directly: Solidity's `ecrecover` costs more, in each signature of every
/// session. A failed recovery leaves zero, which matches no pinned key, since those are never zero.
function isBy(CompactSignature calldata signature, address key, bytes32 digest) view returns (bool isSigner) {
    uint256 vs = uint256(signature.vs);
    uint256 s = vs & (type(uint256).max >> 1);
    if (s > MAX_S) return false;
    assembly ("memory-safe") {
        let free := mload(0x40)
        mstore(free, digest)
        mstore(add(free, 0x20), add(27, shr(255, vs)))
        mstore(add(free, 0x40), calldataload(signature)) // r
        mstore(add(free, 0x60), s)
        mstore(0, 0)
        pop(staticcall(gas(), 1, free, 0x80, 0, 0x20))
        isSigner := iszero(shl(96, xor(mload(0), key)))
    }
}

function seq(Measure m) pure returns (uint256) {
    return uint32(Measure.unwrap(m));
}

function energyWh(Measure m) pure returns (uint256) {
    return uint48(Measure.unwrap(m) >> 32);
}

function beganAt(Measure m) pure returns (uint256) {
    return uint40(Measure.unwrap(m) >> 80);
}

function endedAt(Measure m) pure returns (uint256) {
    return uint40(Measure.unwrap(m) >> 120);
}

function overstaySec(Measure m) pure returns (uint256) {
    return uint32(Measure.unwrap(m) >> 160);
}

/// @dev Assumes `endedAt >= beganAt`, which every caller has checked.
function timeSec(Measure m) pure returns (uint256) {
    unchecked {
        return m.endedAt() - m.beganAt();
    }
}

function isFinal(Measure m) pure returns (bool) {
    return (Measure.unwrap(m) >> 192) & 1 == 1;
}

function bookedAt(Measure m) pure returns (uint256) {
    return uint40(Measure.unwrap(m) >> 200);
}

function isWellFormed(Measure m) pure returns (bool) {
    return Measure.unwrap(m) & SPARE_BITS == 0;
}

function packPayout(uint256 paid, uint256 refunded) pure returns (Payout) {
    return Payout.wrap(paid | (refunded << 64));
}
