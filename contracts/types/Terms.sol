// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Arithmetic} from "../libraries/Arithmetic.sol";

/// @notice Prices in token units, 48 bits each, from bit 0 upwards:
/// `pricePerKwh | pricePerHour | overstayPerHour | flatFee | overstayReserve`, then `discountBp` 16 (hundredths of a
/// percent, at most 9,000: how far below the listed prices the agent may offer; 0 = not at all).
/// @dev OCPI price components ENERGY, TIME, PARKING_TIME (overstay), FLAT. `overstayReserve` is the part of a
/// booking's cap that energy and time cannot use up.
type Tariff is uint256;

/// @notice OCPI BookingTerms, 16 bits each: `cancelUntilMin | earlyStartMin | noshowTimeoutMin | lateStopMin |
/// minSlots | maxSlots | leadTimeMin | horizonSlots`, then 48 bits each in token units: `noshowFee |
/// minCapPerSlot` (both per slot), then 32 spare. A slot is 15 minutes.
type BookingTerms is uint256;

/// @notice What the meter may claim: `unsignedCost` 64 and `allowedCost` 64 (token units: the least of each that a
/// driver must sign), `maxPowerW` 32, `meterAlgorithm` 8 (see `MeterAlgorithm`), `idTagPrefix` 88 (11 ASCII bytes,
/// left-aligned, zero when there is none).
type Metering is uint256;

/// @notice The algorithm pinned beside the meter key. Never taken from a record (OCMF keeps `SA` unsigned).
library MeterAlgorithm {
    uint8 internal constant NONE = 0;
    uint8 internal constant ECDSA_SECP256R1_SHA256 = 1;
    uint8 internal constant ECDSA_SECP256K1_SHA256 = 2;
}

/// @notice The terms that a booking pins by hash; neither side can change them afterwards.
struct Terms {
    address host; // who is paid: EOA, ERC-1271 or ERC-7913 account
    address agentKey; // secp256k1 address that signs readings
    Tariff tariff;
    BookingTerms bookingTerms;
    Metering metering;
    bytes32 meterKeyHash; // keccak256 of the 64-byte public key (x ‖ y), zero when the charger has none
}

using {pinnedHost, pinnedAgent} for Terms global;
using {
    pricePerKwh,
    pricePerHour,
    overstayPerHour,
    flatFee,
    overstayReserve,
    discountBp,
    costOf
} for Tariff global;
using {
    cancelUntilSec,
    earlyStartSec,
    noshowTimeoutSec,
    lateStopSec,
    minSlots,
    maxSlots,
    leadTimeSec,
    horizonSlots,
    noshowFee,
    minCapPerSlot,
    earliestSlot
} for BookingTerms global;
using {unsignedCost, allowedCost, maxPowerW, meterAlgorithm, idTagPrefix} for Metering global;

/// @dev The host of terms whose hash was checked: a listing has no address with bits above 160, so that they need not be
/// looked at again in each session.
function pinnedHost(Terms calldata terms) pure returns (address host) {
    assembly ("memory-safe") {
        host := calldataload(terms)
    }
}

/// @dev The same for the agent key.
function pinnedAgent(Terms calldata terms) pure returns (address agentKey) {
    assembly ("memory-safe") {
        agentKey := calldataload(add(terms, 0x20))
    }
}

function pricePerKwh(Tariff t) pure returns (uint256) {
    return uint48(Tariff.unwrap(t));
}

function pricePerHour(Tariff t) pure returns (uint256) {
    return uint48(Tariff.unwrap(t) >> 48);
}

function overstayPerHour(Tariff t) pure returns (uint256) {
    return uint48(Tariff.unwrap(t) >> 96);
}

function flatFee(Tariff t) pure returns (uint256) {
    return uint48(Tariff.unwrap(t) >> 144);
}

function overstayReserve(Tariff t) pure returns (uint256) {
    return uint48(Tariff.unwrap(t) >> 192);
}

function discountBp(Tariff t) pure returns (uint256) {
    return Tariff.unwrap(t) >> 240;
}

/// @notice What a session costs in token units: rounded down once, in the driver's favour, never above the cap.
/// @dev Must equal protocol/cost.ts; both run test/vectors/cost.json.
function costOf(
    Tariff t,
    uint256 energyWh,
    uint256 timeSec,
    uint256 overstaySec,
    uint256 cap
) pure returns (uint256) {
    uint256 charge = Arithmetic.charge(energyWh, t.pricePerKwh(), timeSec, t.pricePerHour(), t.flatFee());
    uint256 overstay = Arithmetic.overstayCharge(overstaySec, t.overstayPerHour());
    return Arithmetic.capped(charge, overstay, t.overstayReserve(), cap);
}

function cancelUntilSec(BookingTerms t) pure returns (uint256) {
    unchecked {
        return uint256(uint16(BookingTerms.unwrap(t))) * 60;
    }
}

function earlyStartSec(BookingTerms t) pure returns (uint256) {
    unchecked {
        return uint256(uint16(BookingTerms.unwrap(t) >> 16)) * 60;
    }
}

function noshowTimeoutSec(BookingTerms t) pure returns (uint256) {
    unchecked {
        return uint256(uint16(BookingTerms.unwrap(t) >> 32)) * 60;
    }
}

function lateStopSec(BookingTerms t) pure returns (uint256) {
    unchecked {
        return uint256(uint16(BookingTerms.unwrap(t) >> 48)) * 60;
    }
}

function minSlots(BookingTerms t) pure returns (uint256) {
    return uint16(BookingTerms.unwrap(t) >> 64);
}

function maxSlots(BookingTerms t) pure returns (uint256) {
    return uint16(BookingTerms.unwrap(t) >> 80);
}

function leadTimeSec(BookingTerms t) pure returns (uint256) {
    unchecked {
        return uint256(uint16(BookingTerms.unwrap(t) >> 96)) * 60;
    }
}

function horizonSlots(BookingTerms t) pure returns (uint256) {
    return uint16(BookingTerms.unwrap(t) >> 112);
}

function noshowFee(BookingTerms t) pure returns (uint256) {
    return uint48(BookingTerms.unwrap(t) >> 128);
}

function minCapPerSlot(BookingTerms t) pure returns (uint256) {
    return uint48(BookingTerms.unwrap(t) >> 176);
}

/// @notice The first slot that can be booked: the one that contains now without a lead time, else the first that begins
/// no sooner than the lead time from now.
function earliestSlot(BookingTerms t, uint256 nowSec) pure returns (uint256) {
    uint256 leadSec = t.leadTimeSec();
    unchecked {
        return
            leadSec == 0
                ? nowSec / Arithmetic.SLOT_SEC
                : (nowSec + leadSec + Arithmetic.SLOT_SEC - 1) / Arithmetic.SLOT_SEC;
    }
}

function unsignedCost(Metering m) pure returns (uint256) {
    return uint64(Metering.unwrap(m));
}

function allowedCost(Metering m) pure returns (uint256) {
    return uint64(Metering.unwrap(m) >> 64);
}

function maxPowerW(Metering m) pure returns (uint256) {
    return uint32(Metering.unwrap(m) >> 128);
}

function meterAlgorithm(Metering m) pure returns (uint8) {
    return uint8(Metering.unwrap(m) >> 160);
}

function idTagPrefix(Metering m) pure returns (bytes11) {
    return bytes11(uint88(Metering.unwrap(m) >> 168));
}
