// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Measure} from "./Reading.sol";

/// @notice The state of an open booking, its clock and the newest co-signed reading: `name` 8 (see `State`), `since`
/// 40 (unix seconds at which it was booked, claimed or challenged), `cosignedSeq` 32, `cosignedWh` 48, `cosignedSec`
/// 32, `cosignedOverstaySec` 32, `allowedCost` 64 (token units: the raise that came with the agent's claim, or zero).
type StateHead is uint256;

/// @notice What the agent alone claimed: `seq` 32, `energyWh` 48, `beganAt` 40, `endedAt` 40 (unix seconds),
/// `overstaySec` 32, `bestProofWh` 48, 16 spare. Zero unless it did. It stays when a co-signed reading replaces it, so
/// that the agent alone claims once.
type StateClaim is uint256;

/// @notice State of a booking. Its hash, with the booking's id, is the purse's tail.
struct BookingState {
    StateHead head;
    StateClaim claim;
}

/// @notice The names of the states of an open booking. Without one the purse's tail is a generation.
library State {
    uint256 internal constant RESERVED = 1;
    uint256 internal constant ARRIVED = 2; // driver or session key declared to be there
    uint256 internal constant CLAIMED = 3; // by a co-signed reading
    uint256 internal constant CLAIMED_ALONE = 4; // by the agent alone, above what was allowed
    uint256 internal constant NO_SHOW_CLAIMED = 5; // the agent says that nobody came
    uint256 internal constant CONTESTED = 6; // the agent says that nobody came, the driver that they were there
    uint256 internal constant CHALLENGED = 7;
}

/// @notice How a booking ended, in OCPI's ReservationStatus words (numbered in their order there).
library Outcome {
    uint8 internal constant CANCELED = 2;
    uint8 internal constant FAILED = 3;
    uint8 internal constant NO_SHOW = 4;
    uint8 internal constant FULFILLED = 5;
}

using {
    name,
    since,
    cosignedSeq,
    cosignedWh,
    cosignedSec,
    cosignedOverstaySec,
    raisedCost,
    named,
    withCosigned,
    withRaise
} for StateHead global;
using {claimed, isNone, equals, bestProofWh, withBestProofWh} for StateClaim global;

/// @dev Bits of the claim that a reading fills.
uint256 constant CLAIM_BITS = 192;

/// @dev A state that has just begun, with nothing co-signed.
function newHead(uint256 name_, uint256 since_) pure returns (StateHead) {
    return StateHead.wrap(name_ | (since_ << 8));
}

function name(StateHead h) pure returns (uint256) {
    return uint8(StateHead.unwrap(h));
}

function since(StateHead h) pure returns (uint256) {
    return uint40(StateHead.unwrap(h) >> 8);
}

function cosignedSeq(StateHead h) pure returns (uint256) {
    return uint32(StateHead.unwrap(h) >> 48);
}

function cosignedWh(StateHead h) pure returns (uint256) {
    return uint48(StateHead.unwrap(h) >> 80);
}

function cosignedSec(StateHead h) pure returns (uint256) {
    return uint32(StateHead.unwrap(h) >> 128);
}

function cosignedOverstaySec(StateHead h) pure returns (uint256) {
    return uint32(StateHead.unwrap(h) >> 160);
}

function raisedCost(StateHead h) pure returns (uint256) {
    return StateHead.unwrap(h) >> 192;
}

/// @dev The head with another name and clock; what was co-signed and allowed stays.
function named(StateHead h, uint256 name_, uint256 since_) pure returns (StateHead) {
    return StateHead.wrap(((StateHead.unwrap(h) >> 48) << 48) | name_ | (since_ << 8));
}

/// @dev The head with another newest co-signed reading. Its time is cut to 32 bits of seconds (136 years).
function withCosigned(StateHead h, Measure measure) pure returns (StateHead) {
    uint256 timeSec = measure.timeSec();
    if (timeSec > type(uint32).max) timeSec = type(uint32).max;
    uint256 kept = StateHead.unwrap(h) & ~(((uint256(1) << 144) - 1) << 48);
    uint256 signed =
        measure.seq() | (measure.energyWh() << 32) | (timeSec << 80) | (measure.overstaySec() << 112);
    return StateHead.wrap(kept | (signed << 48));
}

/// @dev The head with the raise that came with the agent's claim.
function withRaise(StateHead h, uint256 cost) pure returns (StateHead) {
    return StateHead.wrap((StateHead.unwrap(h) & ((uint256(1) << 192) - 1)) | (cost << 192));
}

/// @dev The claim of a reading, with nothing proven yet. The word begins like the reading's, without `isFinal`.
function toClaim(Measure measure) pure returns (StateClaim) {
    return StateClaim.wrap(Measure.unwrap(measure) & ((uint256(1) << CLAIM_BITS) - 1));
}

/// @dev The claimed quantities in the form of a reading.
function claimed(StateClaim c) pure returns (Measure) {
    return Measure.wrap(StateClaim.unwrap(c) & ((uint256(1) << CLAIM_BITS) - 1));
}

function isNone(StateClaim c) pure returns (bool) {
    return StateClaim.unwrap(c) == 0;
}

/// @dev Do both claim the same, whatever was proven?
function equals(StateClaim a, StateClaim b) pure returns (bool) {
    return Measure.unwrap(a.claimed()) == Measure.unwrap(b.claimed());
}

function bestProofWh(StateClaim c) pure returns (uint256) {
    return uint48(StateClaim.unwrap(c) >> CLAIM_BITS);
}

function withBestProofWh(StateClaim c, uint256 provenWh) pure returns (StateClaim) {
    return
        StateClaim.wrap((StateClaim.unwrap(c) & ((uint256(1) << CLAIM_BITS) - 1)) | (provenWh << CLAIM_BITS));
}
