// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice `seq` 32, `energyWh` 48, `beganAt` 40, `endedAt` 40 (unix seconds), `overstaySec` 32, `isFinal` 8,
/// 56 spare. Energy counts from the booking's start, over all its transactions.
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

using {seq, energyWh, beganAt, endedAt, overstaySec, isFinal, withEnergyWh} for Measure global;

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

/// @dev Any value but 0 and 1 fails the signature check, since EIP-712 encodes a bool.
function isFinal(Measure m) pure returns (bool) {
    return uint8(Measure.unwrap(m) >> 192) == 1;
}

function packPayout(uint256 paid, uint256 refunded) pure returns (Payout) {
    return Payout.wrap(paid | (refunded << 64));
}

/// @dev The same reading with another energy.
function withEnergyWh(Measure m, uint256 energyWh_) pure returns (Measure) {
    return Measure.wrap((Measure.unwrap(m) & ~(uint256(type(uint48).max) << 32)) | (energyWh_ << 32));
}
