// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {IBookings} from "../interfaces/IBookings.sol";
import {IListings} from "../interfaces/IListings.sol";
import {Arithmetic} from "../libraries/Arithmetic.sol";
import {Calendar, CalendarWord} from "../libraries/Calendar.sol";
import {Hashing} from "../libraries/Hashing.sol";
import {Hours} from "../libraries/Hours.sol";
import {Booking, IntentLimits, Money as MoneyWord, PurseRef} from "../types/Booking.sol";
import {BookingId, ListingId} from "../types/Ids.sol";
import {ListingStatus, ListingWord, WeeklyHours, commitmentOf} from "../types/Listing.sol";
import {State, newHead} from "../types/State.sol";
import {BookingTerms} from "../types/Terms.sol";
import {OpenBookings} from "./OpenBookings.sol";

/// @title New bookings: what a listing requires, and how a booking is stored
/// @notice The same for a call by the driver, a relayed intent, and an authorisation that funds and books.
abstract contract NewBookings is OpenBookings {
    using Calendar for mapping(uint256 => CalendarWord);

    /// @dev An intent is signed to be sent at once; a forgotten one must not book next week.
    uint256 private constant INTENT_MAX_SEC = 10 minutes;

    /// @dev Enters RESERVED. Assumes that the driver agreed to this booking, by calling or by signature.
    function _book(
        Booking calldata booking,
        ListingId listingId,
        bytes32 termsHash,
        WeeklyHours weeklyHours,
        bytes32 placeHash
    ) internal returns (BookingId bookingId) {
        _requireListed(listingId, termsHash, weeklyHours, placeHash);
        _requireHours(booking, listingId, weeklyHours);
        return _reserve(booking, listingId, termsHash);
    }

    /// @dev Everything but the listing's terms and hours: time, money, keys, slots.
    function _reserve(
        Booking calldata booking,
        ListingId listingId,
        bytes32 termsHash
    ) internal returns (BookingId bookingId) {
        _requireNotPaused();
        _requireBookable(booking);
        bookingId = Hashing.ofBooking(booking, termsHash);
        _calendars[listingId].reserve(listingId, booking.session.firstSlot(), booking.session.slotCount());
        _lock(bookingId, booking);
        _logBooked(bookingId, listingId, booking, termsHash);
    }

    /// @dev A relayed intent is bound to its relayer and expires.
    function _requireCarried(IntentLimits limits) internal view {
        uint256 nowSec = block.timestamp;
        uint256 until = limits.validUntil();
        if (nowSec >= until) revert IAccounts.Account_SignatureExpired(until, nowSec);
        uint256 latest;
        unchecked {
            latest = nowSec + INTENT_MAX_SEC;
        }
        if (until > latest) revert IBookings.Booking_IntentTooLong(until, latest);
        address relayer = limits.relayer();
        if (relayer != address(0) && relayer != msg.sender) {
            revert IBookings.Booking_WrongRelayer(relayer, msg.sender);
        }
    }

    /// @return version The listing's version.
    function _requireListed(
        ListingId listingId,
        bytes32 termsHash,
        WeeklyHours weeklyHours,
        bytes32 placeHash
    ) internal view returns (uint256 version) {
        ListingWord word = _listings[listingId];
        if (word.status() != ListingStatus.OPEN) {
            revert IListings.Listing_NotOpen(listingId, word.status());
        }
        if (word.commitment() != commitmentOf(termsHash, weeklyHours, placeHash)) {
            revert IListings.Listing_TermsMismatch(listingId);
        }
        return word.version();
    }

    function _requireHours(
        Booking calldata booking,
        ListingId listingId,
        WeeklyHours weeklyHours
    ) internal pure {
        unchecked {
            uint256 first = booking.session.firstSlot();
            uint256 end = first + booking.session.slotCount();
            uint256 outside = Hours.firstOutside(weeklyHours, first, end);
            if (outside != end) revert IBookings.Booking_OutsideHours(listingId, outside);
        }
    }

    /// @dev Everything that the terms require of a booking, but the hours.
    function _requireBookable(Booking calldata booking) private view {
        _requireDistinctKeys(booking);
        if (booking.startHash == bytes32(0)) revert IBookings.Booking_StartHashMissing();
        uint256 count = booking.session.slotCount();
        BookingTerms terms = booking.terms.bookingTerms;
        if (count < terms.minSlots() || count > terms.maxSlots()) {
            revert IBookings.Booking_DurationOutOfRange(count, terms.minSlots(), terms.maxSlots());
        }
        _requireMoney(booking, count);
        _requireTime(booking, count);
    }

    function _requireDistinctKeys(Booking calldata booking) private pure {
        address driver = booking.purse.driver();
        address session = booking.session.sessionKey();
        address host = booking.terms.pinnedHost();
        address agent = booking.terms.pinnedAgent();
        bool clash;
        // One expression without jumps: as Solidity's `||` it costs 250 gas more in every session.
        assembly ("memory-safe") {
            let ofSession := or(eq(session, driver), or(eq(session, host), eq(session, agent)))
            let ofDriver := or(eq(driver, host), eq(driver, agent))
            clash := or(or(ofSession, ofDriver), or(iszero(session), iszero(driver)))
        }
        if (clash) revert IBookings.Booking_KeysNotDistinct(driver, session);
    }

    /// @dev The host's terms may ask for trust, the driver decides how much more to give (rules 1 and 4).
    function _requireMoney(Booking calldata booking, uint256 count) private pure {
        MoneyWord money = booking.money;
        BookingTerms terms = booking.terms.bookingTerms;
        uint256 least = Arithmetic.leastCap(terms.minCapPerSlot(), terms.noshowFee(), count);
        if (money.cap() < least) revert IBookings.Booking_CapTooLow(money.cap(), least);
        uint256 asked = booking.terms.metering.unsignedCost();
        if (money.unsignedCost() < asked) {
            revert IBookings.Booking_TrustTooLow(money.unsignedCost(), asked);
        }
        asked = booking.terms.metering.allowedCost();
        if (money.allowedCost() < asked) {
            revert IBookings.Booking_TrustTooLow(money.allowedCost(), asked);
        }
    }

    /// @dev Unchecked: slots have 32 bits, counts and horizons 16.
    function _requireTime(Booking calldata booking, uint256 count) private view {
        unchecked {
            BookingTerms terms = booking.terms.bookingTerms;
            uint256 first = booking.session.firstSlot();
            uint256 end = first + count;
            uint256 earliest = terms.earliestSlot(block.timestamp);
            if (first < earliest) revert IBookings.Booking_TooSoon(first, earliest);
            uint256 latestEnd = block.timestamp / Arithmetic.SLOT_SEC + terms.horizonSlots();
            if (end > latestEnd) revert IBookings.Booking_TooFar(end, latestEnd);
        }
    }

    /// @dev Locks the money and changes the purse's tail from generation to state hash, in one write.
    /// Unchecked: the parts of `needed` have 64 bits each.
    function _lock(BookingId bookingId, Booking calldata booking) private {
        PurseRef ref = booking.purse;
        Purse storage purse = _purses[ref.purseId()];
        uint256 word = purse.word;
        // The tail of an open booking has a higher bit than any generation.
        if (word >> 64 != ref.generation()) {
            if (_isOpenTail(word)) revert IBookings.Booking_PurseBusy(ref.driver(), ref.index());
            revert IBookings.Booking_WrongGeneration(ref.generation(), word >> 64);
        }
        uint256 relayFee = booking.money.relayFee();
        unchecked {
            uint256 needed = _lockedOf(booking.money) + relayFee;
            if (uint64(word) < needed) revert IAccounts.Account_InsufficientBalance(uint64(word), needed);
            uint256 tail = _tailOf(bookingId, newHead(State.RESERVED, block.timestamp), NO_CLAIM);
            purse.word = (uint64(word) - needed) | (tail << 64);
        }
        _payRelay(relayFee);
    }

    /// @dev Equals `emit Booked`, without the copies that it makes. Memory beyond the free pointer is scratch.
    function _logBooked(
        BookingId bookingId,
        ListingId listingId,
        Booking calldata booking,
        bytes32 termsHash
    ) private {
        bytes32 topic = IBookings.Booked.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, booking, 0x80) // purse, session, money, startHash
            mstore(add(free, 0x80), termsHash)
            log3(free, 0xa0, topic, bookingId, listingId)
        }
    }
}
