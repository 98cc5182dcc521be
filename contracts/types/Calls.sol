// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, IntentLimits} from "./Booking.sol";
import {WeeklyHours} from "./Listing.sol";
import {CompactSignature, Reading} from "./Reading.sol";
import {Tariff} from "./Terms.sol";

/// @notice A booking that anyone may send: the argument of `book`; `bookAll` takes a list. Static, so that an item of
/// a batch is the calldata of the single call.
struct SignedBooking {
    Booking booking; // with the listing's current terms
    WeeklyHours weeklyHours; // the listing's current hours
    bytes32 placeHash; // hash of the listing's current place
    IntentLimits limits;
    CompactSignature driverSignature; // EIP-712 `Intent` by the driver's key
}

/// @notice A final reading that both signed: the argument of `settle`; `settleAll` takes a list.
struct Settlement {
    Booking booking;
    Reading reading; // with `bookedAt`
    CompactSignature agentSignature;
    CompactSignature sessionSignature;
}

/// @notice The driver's permission to take the agent's final word: `cost` in token units, and the session key's
/// EIP-712 `Allowance` where it is more than the booking's `allowedCost`; else zeros.
struct Allowance {
    uint256 cost;
    CompactSignature sessionSignature;
}

/// @notice A final reading that the agent alone signed, within what the driver allowed: the argument of `settleAlone`;
/// `settleAllAlone` takes a list.
struct AloneSettlement {
    Booking booking;
    Reading reading; // with `bookedAt`
    CompactSignature agentSignature;
    bytes32 secret; // the start secret, which the driver's device handed over at plug-in
    Allowance allowance;
}

/// @notice Slots that the agent gives back, from `fromSlot` (unix seconds / 900) to the booking's end.
struct GiveBack {
    uint256 fromSlot;
    CompactSignature agentSignature; // EIP-712 `GiveBack`
}

/// @notice The arguments of `settleAndGiveBack`; `settleAllAndGiveBack` takes a list.
struct SettlementGivingBack {
    Settlement settlement;
    GiveBack given;
}

/// @notice The arguments of `settleAloneAndGiveBack`; `settleAllAloneAndGiveBack` takes a list.
struct AloneSettlementGivingBack {
    AloneSettlement settlement;
    GiveBack given;
}

/// @notice A lower price for one need (rule 27). The booking's terms hold the offered tariff.
struct Offer {
    Tariff listedTariff; // of the listing's current terms, which differ from the booking's in the tariff alone
    address driver; // who may take it; zero means anyone
    uint64 validUntil; // unix seconds, at most 2 minutes ahead
    CompactSignature agentSignature; // EIP-712 `Offer`
}
