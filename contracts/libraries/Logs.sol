// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBookings} from "../interfaces/IBookings.sol";
import {IOffers} from "../interfaces/IOffers.sol";
import {ISettlements} from "../interfaces/ISettlements.sol";
import {Booking} from "../types/Booking.sol";
import {AloneSettlement, Offer, Settlement} from "../types/Calls.sol";
import {BookingId, ListingId} from "../types/Ids.sol";
import {Payout} from "../types/Reading.sol";
import {Tariff} from "../types/Terms.sol";

/// @title The events of every session, from calldata without the copies that `emit` makes
/// @notice Each equals the `emit` of its event: every client decodes them as such.
/// @dev Fields that follow each other in a call's struct are copied as one piece. Memory beyond the free pointer is
/// scratch.
library Logs {
    /// @notice `IBookings.Booked`.
    function booked(
        BookingId bookingId,
        ListingId listingId,
        Booking calldata booking,
        bytes32 termsHash
    ) internal {
        bytes32 topic = IBookings.Booked.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, booking, 0x80) // purse, session, money, startHash
            mstore(add(free, 0x80), termsHash)
            log3(free, 0xa0, topic, bookingId, listingId)
        }
    }

    /// @notice `IOffers.OfferTaken`.
    /// @dev Assumes that the caller has read the offer's fields, which refuses bits beyond their types.
    function offerTaken(BookingId bookingId, Tariff tariff, Offer calldata offer) internal {
        bytes32 topic = IOffers.OfferTaken.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, tariff)
            calldatacopy(add(free, 0x20), offer, 0xa0)
            log2(free, 0xc0, topic, bookingId)
        }
    }

    /// @notice `ISettlements.Settled`.
    function settled(BookingId bookingId, Payout payout, Settlement calldata s) internal {
        bytes32 topic = ISettlements.Settled.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, payout)
            calldatacopy(add(free, 0x20), add(s, 0x140), 0xe0) // reading, agentSignature, sessionSignature
            log2(free, 0x100, topic, bookingId)
        }
    }

    /// @notice `ISettlements.SettledAlone`.
    function settledAlone(BookingId bookingId, Payout payout, AloneSettlement calldata s) internal {
        bytes32 topic = ISettlements.SettledAlone.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, payout)
            calldatacopy(add(free, 0x20), add(s, 0x140), 0x120) // reading, agentSignature, secret, allowance
            log2(free, 0x140, topic, bookingId)
        }
    }
}
