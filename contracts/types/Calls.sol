// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, IntentLimits} from "./Booking.sol";
import {WeeklyHours} from "./Listing.sol";
import {CompactSignature, Reading} from "./Reading.sol";

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
    Reading reading;
    CompactSignature agentSignature;
    CompactSignature sessionSignature;
}
