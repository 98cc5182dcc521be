// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, IntentLimits} from "./Booking.sol";
import {WeeklyHours} from "./Listing.sol";
import {CompactSignature, Reading} from "./Reading.sol";

/// @notice A booking that anyone may carry: what `book` takes, and `bookAll` many of. Static, so that an item of a
/// batch is the calldata of the single call.
struct SignedBooking {
    Booking booking; // with the listing's present terms
    WeeklyHours weeklyHours; // the listing's present hours
    bytes32 placeHash; // hash of the listing's present place
    IntentLimits limits;
    CompactSignature driverSignature; // EIP-712 `Intent` by the driver's key
}

/// @notice A final reading that both signed: what `settle` takes, and `settleAll` many of.
struct Settlement {
    Booking booking;
    Reading reading;
    CompactSignature agentSignature;
    CompactSignature sessionSignature;
}
