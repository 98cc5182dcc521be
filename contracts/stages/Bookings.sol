// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBookings} from "../interfaces/IBookings.sol";
import {Calendar} from "../libraries/Calendar.sol";
import {Cost} from "../libraries/Cost.sol";
import {Hours} from "../libraries/Hours.sol";
import {Times} from "../libraries/Times.sol";
import {Booking, BookingState, IntentLimits, Money, Phase, PurseRef, packPurseId} from "../types/Booking.sol";
import {BookingId, PurseId} from "../types/Ids.sol";
import {ListingStatus, ListingWord, WeeklyHours} from "../types/Listing.sol";
import {CompactSignature} from "../types/Reading.sol";
import {SignedTypes} from "../types/SignedTypes.sol";
import {Accounts} from "./Accounts.sol";
import {Listings} from "./Listings.sol";
import {OpenBookings} from "./OpenBookings.sol";

/// @title Bookings: a slot of a charger, and the most it can cost, locked
abstract contract Bookings is Accounts, Listings, OpenBookings {
    using Calendar for mapping(uint256 => uint256);

    /// @dev An intent is signed to be carried at once; a forgotten one must not book next week.
    uint256 private constant INTENT_MAX_SEC = 10 minutes;

    /// @dev The no-show and late fee is at most this part of the cap (rule 6).
    uint256 private constant NOSHOW_CAP_DIVISOR = 5;

    /// @inheritdoc IBookings
    function book(
        Booking calldata booking,
        WeeklyHours weeklyHours,
        bytes32 placeHash,
        IntentLimits calldata limits,
        bytes calldata driverSignature
    ) external nonReentrant returns (BookingId bookingId) {
        bytes32 termsHash = _termsHash(booking.terms);
        _requireListed(booking, termsHash, weeklyHours, placeHash);
        _requireIntent(booking, termsHash, limits, driverSignature);
        _requireBookable(booking, weeklyHours);
        bookingId = _bookingIdOf(booking, termsHash);
        _calendars[booking.listingId].reserve(
            booking.listingId,
            booking.session.firstSlot(),
            booking.session.slotCount()
        );
        _lock(bookingId, booking);
        emit Booked(
            bookingId,
            booking.listingId,
            booking.purse.driver(),
            booking.purse,
            booking.session,
            booking.money,
            booking.startHash,
            termsHash
        );
    }

    /// @inheritdoc IBookings
    function cancelByDriver(
        Booking calldata booking,
        BookingState calldata state,
        bytes calldata driverSignature
    ) external nonReentrant {
        BookingId bookingId = _requireReserved(booking, state);
        uint256 opens = Times.opens(booking.session, booking.terms.bookingTerms);
        if (block.timestamp >= opens) revert Booking_TooLate(bookingId, block.timestamp, opens);
        _requireAuthorised(
            booking.purse.driver(),
            keccak256(abi.encode(SignedTypes.CANCEL_BY_DRIVER, bookingId)),
            driverSignature
        );
        bool late = block.timestamp >= Times.cancelBy(booking.session, booking.terms.bookingTerms);
        _cancel(bookingId, booking, false, late ? _lateFee(booking) : 0, BookingId.wrap(0));
    }

    /// @inheritdoc IBookings
    function cancelByHost(
        Booking calldata booking,
        BookingState calldata state,
        BookingId overstayedBy,
        bytes calldata hostSignature,
        CompactSignature calldata agreement
    ) external nonReentrant {
        BookingId bookingId = _requireReserved(booking, state);
        uint256 reportBy = _reportBy(booking);
        if (block.timestamp >= reportBy) revert Booking_TooLate(bookingId, block.timestamp, reportBy);
        bytes32 structHash = keccak256(abi.encode(SignedTypes.CANCEL_BY_HOST, bookingId, overstayedBy));
        _requireAuthorised(booking.terms.host, structHash, hostSignature);
        if (block.timestamp >= Times.opens(booking.session, booking.terms.bookingTerms)) {
            bytes32 digest = _hashTypedDataV4(structHash);
            if (!_isSignedByKey(booking.session.sessionKey(), digest, agreement)) {
                revert Account_InvalidSignature(booking.session.sessionKey());
            }
        }
        _cancel(bookingId, booking, true, 0, overstayedBy);
    }

    /// @inheritdoc IBookings
    function bookingIdOf(Booking calldata booking) external view returns (BookingId) {
        return _bookingIdOf(booking, _termsHash(booking.terms));
    }

    function _requireListed(
        Booking calldata booking,
        bytes32 termsHash,
        WeeklyHours weeklyHours,
        bytes32 placeHash
    ) private view {
        ListingWord word = _listings[booking.listingId];
        if (word.status() != ListingStatus.OPEN) revert Listing_NotOpen(booking.listingId, word.status());
        if (word.commitment() != _commitmentOf(termsHash, weeklyHours, placeHash)) {
            revert Listing_TermsMismatch(booking.listingId);
        }
    }

    /// @dev A driver who calls is bound by the transaction itself; a carried intent by its signature and its time.
    function _requireIntent(
        Booking calldata booking,
        bytes32 termsHash,
        IntentLimits calldata limits,
        bytes calldata driverSignature
    ) private view {
        if (msg.sender == booking.purse.driver() && driverSignature.length == 0) return;
        uint256 nowSec = block.timestamp;
        if (nowSec >= limits.validUntil) revert Account_SignatureExpired(limits.validUntil, nowSec);
        if (limits.validUntil > nowSec + INTENT_MAX_SEC) {
            revert Booking_IntentTooLong(limits.validUntil, nowSec + INTENT_MAX_SEC);
        }
        if (limits.relayer != address(0) && limits.relayer != msg.sender) {
            revert Booking_WrongRelayer(limits.relayer, msg.sender);
        }
        _requireAuthorised(booking.purse.driver(), _intentHash(booking, termsHash, limits), driverSignature);
    }

    function _intentHash(
        Booking calldata booking,
        bytes32 termsHash,
        IntentLimits calldata limits
    ) private pure returns (bytes32) {
        Money money = booking.money;
        // Two halves, since the compiler's stack holds no fifteen values at once; the bytes are the same.
        bytes memory who = abi.encode(
            SignedTypes.INTENT,
            booking.purse.driver(),
            booking.listingId,
            termsHash,
            booking.session.firstSlot(),
            booking.session.slotCount(),
            money.cap(),
            booking.purse.index()
        );
        bytes memory how = abi.encode(
            booking.purse.generation(),
            booking.session.sessionKey(),
            booking.startHash,
            money.unsignedCost(),
            money.firstUnsignedCost(),
            limits.relayer,
            money.relayFee(),
            limits.validUntil
        );
        return keccak256(bytes.concat(who, how));
    }

    /// @dev Everything that the listing's terms ask of a booking.
    function _requireBookable(Booking calldata booking, WeeklyHours weeklyHours) private view {
        _requireDistinctKeys(booking);
        if (booking.startHash == bytes32(0)) revert Booking_StartHashMissing();
        uint256 count = booking.session.slotCount();
        uint256 least = booking.terms.bookingTerms.minSlots();
        uint256 most = booking.terms.bookingTerms.maxSlots();
        if (count < least || count > most) revert Booking_DurationOutOfRange(count, least, most);
        _requireTrust(booking, count);
        _requireTime(booking, weeklyHours, count);
    }

    function _requireDistinctKeys(Booking calldata booking) private pure {
        address driver = booking.purse.driver();
        address session = booking.session.sessionKey();
        address host = booking.terms.host;
        address agent = booking.terms.agentKey;
        bool clash =
            session == driver || session == host || session == agent || driver == host || driver == agent;
        if (clash || session == address(0) || driver == address(0)) {
            revert Booking_KeysNotDistinct(driver, session);
        }
    }

    function _requireTrust(Booking calldata booking, uint256 count) private pure {
        Money money = booking.money;
        uint256 leastCap = booking.terms.bookingTerms.minCapPerSlot() * count;
        if (leastCap == 0) leastCap = 1;
        if (money.cap() < leastCap) revert Booking_CapTooLow(money.cap(), leastCap);
        uint256 asked = booking.terms.metering.unsignedCost();
        if (money.unsignedCost() < asked) revert Booking_TrustTooLow(money.unsignedCost(), asked);
        uint256 askedFirst = booking.terms.metering.firstUnsignedCost();
        if (money.firstUnsignedCost() < askedFirst) {
            revert Booking_TrustTooLow(money.firstUnsignedCost(), askedFirst);
        }
        if (money.unsignedCost() < money.firstUnsignedCost()) {
            revert Booking_TrustTooLow(money.unsignedCost(), money.firstUnsignedCost());
        }
    }

    function _requireTime(Booking calldata booking, WeeklyHours weeklyHours, uint256 count) private view {
        uint256 first = booking.session.firstSlot();
        uint256 nowSlot = block.timestamp / Times.SLOT_SEC;
        uint256 earliest = Times.earliestSlot(block.timestamp, booking.terms.bookingTerms);
        if (first < earliest) revert Booking_TooSoon(first, earliest);
        uint256 latestEnd = nowSlot + booking.terms.bookingTerms.horizonSlots();
        if (first + count > latestEnd) revert Booking_TooFar(first + count, latestEnd);
        uint256 outside = Hours.firstOutside(weeklyHours, first, count);
        if (outside != first + count) revert Booking_OutsideHours(booking.listingId, outside);
    }

    /// @dev Moves the money out of reach and turns the purse's tail from generation to state hash, in one write.
    function _lock(BookingId bookingId, Booking calldata booking) private {
        PurseRef ref = booking.purse;
        PurseId id = ref.purseId();
        uint256 word = _purses[id];
        if (_isOpenTail(word)) revert Booking_PurseBusy(ref.driver(), ref.index());
        uint256 current = word >> 64;
        if (current != ref.generation()) revert Booking_WrongGeneration(ref.generation(), current);
        uint256 relayFee = booking.money.relayFee();
        uint256 needed = _lockedOf(booking.money) + relayFee;
        uint256 free = uint64(word);
        if (free < needed) revert Account_InsufficientBalance(free, needed);
        BookingState memory reserved;
        reserved.head = RESERVED_HEAD;
        _purses[id] = (free - needed) | (_tailOf(bookingId, booking, reserved) << 64);
        if (relayFee == 0) return;
        _credit(packPurseId(msg.sender, 0), relayFee);
        emit RelayFeePaid(msg.sender, relayFee);
    }

    function _requireReserved(
        Booking calldata booking,
        BookingState calldata state
    ) private view returns (BookingId bookingId) {
        bookingId = _requireState(booking, state);
        if (state.head.phase() != Phase.RESERVED) revert Booking_WrongPhase(bookingId, state.head.phase());
    }

    function _cancel(
        BookingId bookingId,
        Booking calldata booking,
        bool byHost,
        uint256 fee,
        BookingId overstayedBy
    ) private {
        uint256 refunded = _leave(booking, fee);
        _calendars[booking.listingId].release(booking.session.firstSlot(), booking.session.slotCount());
        if (fee != 0) _earn(booking.listingId, booking.terms.host, fee, 0);
        emit Canceled(bookingId, byHost, fee, refunded, overstayedBy);
    }

    function _lateFee(Booking calldata booking) private pure returns (uint256) {
        return Cost.min(booking.terms.bookingTerms.noshowFee(), booking.money.cap() / NOSHOW_CAP_DIVISOR);
    }
}
