// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookingId, ListingId} from "../types/Ids.sol";
import {Booking, Money, PurseRef, Session} from "../types/Booking.sol";
import {SignedBooking} from "../types/Calls.sol";
import {WeeklyHours} from "../types/Listing.sol";

/// @title Bookings: reserve slots of a charger and lock the most that they can cost
/// @notice `book` enters RESERVED; a cancel, a claim or a settlement leaves it.
interface IBookings {
    /// @notice A slot was booked. With the listing's terms, or those of `OfferTaken`, and the block's time this is the
    /// whole preimage of the state hash; `purse` names the driver.
    event Booked(
        BookingId indexed bookingId,
        ListingId indexed listingId,
        PurseRef purse,
        Session session,
        Money money,
        bytes32 startHash,
        bytes32 termsHash
    );

    /// @notice Thrown when the purse holds an open booking.
    error Booking_PurseBusy(address driver, uint32 purse);

    /// @notice Thrown when the intent was made for another generation of the purse.
    error Booking_WrongGeneration(uint64 generation, uint256 current);

    /// @notice Thrown when a slot is taken.
    error Booking_SlotTaken(ListingId listingId, uint256 slot);

    /// @notice Thrown when the slots begin sooner than the terms' lead time allows.
    error Booking_TooSoon(uint256 firstSlot, uint256 earliestSlot);

    /// @notice Thrown when the slots end later than the terms' horizon allows.
    error Booking_TooFar(uint256 endSlot, uint256 latestEndSlot);

    /// @notice Thrown when the booking is shorter or longer than the terms allow.
    error Booking_DurationOutOfRange(uint256 slotCount, uint256 minSlots, uint256 maxSlots);

    /// @notice Thrown when the charger's weekly hours exclude a slot.
    error Booking_OutsideHours(ListingId listingId, uint256 slot);

    /// @notice Thrown when the cap is lower than the terms' least cap for so many slots, or than five no-show fees.
    error Booking_CapTooLow(uint256 cap, uint256 limit);

    /// @notice Thrown when the driver signs less unsigned or allowed cost than the host's terms ask for.
    error Booking_TrustTooLow(uint256 signedCost, uint256 limit);

    /// @notice Thrown when the session key is zero, or two of host, agent, driver and session key are the same.
    error Booking_KeysNotDistinct(address driver, address sessionKey);

    /// @notice Thrown when the start hash is zero.
    error Booking_StartHashMissing();

    /// @notice Thrown when an intent is valid for longer than 10 minutes.
    error Booking_IntentTooLong(uint256 validUntil, uint256 limit);

    /// @notice Thrown when a sender other than the named relayer sends the intent.
    error Booking_WrongRelayer(address relayer, address sender);

    /// @notice Thrown when no open booking has this state: its state is another one, or it ended, or never existed.
    error Booking_StateMismatch(BookingId bookingId);

    /// @notice Thrown when a call does not belong to the booking's state (see State).
    error Booking_WrongState(BookingId bookingId, uint256 state);

    /// @notice Thrown when a call comes before its window.
    error Booking_TooEarly(BookingId bookingId, uint256 nowSec, uint256 from);

    /// @notice Thrown when a call comes after its window (windows are half-open).
    error Booking_TooLate(BookingId bookingId, uint256 nowSec, uint256 until);

    /// @notice Thrown when new bookings are paused by the guardian.
    error Booking_Paused(uint256 until);

    /// @notice Books slots of an open listing and locks cap, bond and relay fee of the caller's purse.
    /// @param booking The booking with the listing's current terms; its driver is the caller.
    /// @param weeklyHours The listing's current hours.
    /// @param placeHash Hash of the listing's current place.
    function bookAsDriver(
        Booking calldata booking,
        WeeklyHours weeklyHours,
        bytes32 placeHash
    ) external returns (BookingId bookingId);

    /// @notice Books slots of an open listing and locks cap, bond and relay fee of the driver's purse, by the
    /// driver's signature; anyone may send it.
    function book(SignedBooking calldata signed) external returns (BookingId bookingId);
}
