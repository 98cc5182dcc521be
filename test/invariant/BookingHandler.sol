// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICancels} from "../../contracts/interfaces/ICancels.sol";
import {IFunding} from "../../contracts/interfaces/IFunding.sol";
import {Booking, IntentLimits, Money} from "../../contracts/types/Booking.sol";
import {SignedBooking} from "../../contracts/types/Calls.sol";
import {Authorization} from "../../contracts/types/Funding.sol";
import {BookingId} from "../../contracts/types/Ids.sol";
import {ListingStatus, WeeklyHours} from "../../contracts/types/Listing.sol";
import {CompactSignature} from "../../contracts/types/Reading.sol";
import {SignedTypes} from "../../contracts/types/SignedTypes.sol";
import {BookingTerms} from "../../contracts/types/Terms.sol";
import {vm} from "../support/Vm.sol";
import {Handler} from "./Handler.sol";
import {MarketCalls} from "./MarketCalls.sol";
import {Move, Stage} from "./Transitions.sol";

/// @notice Makes and cancels bookings in every way.
abstract contract BookingHandler is Handler {
    /// @dev When the guardian's pause ends, and when it may pause again; unix seconds.
    uint256 internal _pausedUntil;
    uint256 internal _nextPauseFrom;

    function book(uint256 n) external {
        Record memory r = _draw(n, 0);
        bool allowed = _mayBook(r, r.booking.money.relayFee());
        bool byDriver = !_isUnusual(n, 51);
        address sender = byDriver ? r.driver : _stranger;
        bool done = _try(sender, MarketCalls.bookAsDriver(r.booking, _listed(r.site)));
        _checkOutcome("book", allowed && byDriver, done);
        if (done) _enter(r, sender);
    }

    function bookSigned(uint256 n) external {
        Record memory r = _draw(n, 0);
        (address relayer, IntentLimits limits, bool good) = _relayedIntent(n);
        bool allowed = good && _mayBook(r, r.booking.money.relayFee());
        SignedBooking memory signed = _signedBooking(r, limits);
        bool plain = _coinFlip(n, 50);
        bool done = _try(relayer, plain ? MarketCalls.book(signed) : MarketCalls.bookByWallet(signed));
        _checkOutcome(plain ? "bookSigned" : "bookByWallet", allowed, done);
        if (done) _enter(r, relayer);
    }

    /// @notice One signature of the token deposits and books. If the call is refused, the driver keeps the money.
    function fundAndBook(uint256 n) external {
        Record memory r = _draw(n, 0);
        (address relayer, IntentLimits limits, bool good) = _relayedIntent(n);
        uint256 value = 1 + _part(n, 52, 20_000_000);
        token.mint(r.driver, value);
        bytes32 nonce = _digest(_intentHash(r.booking, limits));
        Authorization memory authorization = _authorise(r.driver, value, nonce);
        _free[r.driver][r.purse] += value;
        bool allowed = good && _mayBook(r, r.booking.money.relayFee());
        _free[r.driver][r.purse] -= value;
        MarketCalls.Listed memory listed = _listed(r.site);
        bytes memory data = abi.encodeCall(
            IFunding.fundAndBook,
            (r.booking, listed.weeklyHours, listed.placeHash, limits, authorization)
        );
        bool done = _try(relayer, data);
        _checkOutcome("fundAndBook", allowed, done);
        if (!done) return;
        _moveIn(r.driver, r.purse, value);
        _enter(r, relayer);
    }

    function cancel(uint256 n) external someOpen {
        uint256 who = _part(n, 49, 7);
        if (who == 0) _cancelByDriver(n);
        else if (who == 1) _cancelByHost(n, _pick(n, _reserved()));
        if (who < 4) return;
        // Few are ARRIVED: more of those are canceled.
        uint256 position = _pick(n, _bit(Stage.ARRIVED));
        if (_records[_open[position]].stage == Stage.ARRIVED) _cancelByHost(n, position);
    }

    function _cancelByDriver(uint256 n) private {
        uint256 position = _pick(n, _bit(Stage.RESERVED));
        Record storage r = _records[_open[position]];
        bool late = block.timestamp >= _freeUntil(r);
        // One in eight signs the wrong kind of cancel; a driver who calls signs nothing.
        bool said = _isUnusual(n, 53) ? !late : late;
        bytes32 structHash = keccak256(abi.encode(SignedTypes.CANCEL_BY_DRIVER, r.id, said));
        (address sender, bytes memory signature, bool good) = _authorize(n, r.driver, structHash);
        if (signature.length != 0 && said != late) good = false;
        bool allowed = good && r.stage == Stage.RESERVED && block.timestamp < _opens(r);
        bool done = _try(sender, abi.encodeCall(ICancels.cancelByDriver, (r.booking, _state(r), signature)));
        _checkOutcome(late ? "cancelLate" : "cancelFree", allowed, done);
        if (!done) return;
        _release(r);
        uint256 fee = late ? _noshowFee(r) / 2 : 0;
        _end(position, Move.CANCEL_BY_DRIVER, Stage.CANCELED, fee);
        if (fee != 0) _payWhole(r.driver, r.site, r.booking.terms.host, fee, 0);
    }

    function _cancelByHost(uint256 n, uint256 position) private {
        Record storage r = _records[_open[position]];
        BookingId cause =
            _coinFlip(n, 54) ? BookingId.wrap(0) : _records[_part(n, 55, _records.length - 1)].id;
        bytes32 structHash = keccak256(abi.encode(SignedTypes.CANCEL_BY_HOST, r.id, cause));
        (address sender, bytes memory signature, bool good) = _authorize(n, r.booking.terms.host, structHash);
        CompactSignature memory agreement;
        bool agreed = _coinFlip(n, 56);
        if (agreed) agreement = _sign(_keyOf[r.booking.session.sessionKey()], structHash);
        bool needed = block.timestamp >= _opens(r);
        bool allowed = good && _isReserved(r) && block.timestamp < _reportBy(r) && (agreed || !needed);
        bytes memory data = abi.encodeCall(
            ICancels.cancelByHost,
            (r.booking, _state(r), cause, signature, agreement)
        );
        bool done = _try(sender, data);
        _checkOutcome(needed ? "cancelByHostAgreed" : "cancelByHost", allowed, done);
        if (!done) return;
        _release(r);
        _end(position, Move.CANCEL_BY_HOST, Stage.CANCELED, 0);
    }

    /// @dev A booking that its driver may want; `salt` distinguishes two of one call.
    function _draw(uint256 n, uint256 salt) internal returns (Record memory r) {
        n = uint256(keccak256(abi.encode(n, salt, _records.length)));
        (r.driver, r.purse) = _drawPurse(n);
        r.site = _drawSite(n);
        r.secret = keccak256(abi.encode("secret", n));
        address session = vm.addr(n);
        _keyOf[session] = n;
        r.booking.terms = _sites[r.site].listing.terms;
        BookingTerms terms = r.booking.terms.bookingTerms;
        uint256 generation = _generation[r.driver][r.purse];
        if (_part(n, 60, 31) == 0) ++generation;
        r.booking.purse = _packPurse(r.driver, r.purse, generation);
        uint256 count = terms.minSlots() + _part(n, 61, _isUnusual(n, 62) ? terms.maxSlots() : 3);
        uint256 ahead = _part(n, 63, 31) == 0 ? _part(n, 64, terms.horizonSlots()) : _part(n, 65, 7);
        r.booking.session = _packSession(
            session,
            block.timestamp / SLOT_SEC + ahead,
            count,
            _sites[r.site].listing.place.connector
        );
        r.booking.money = _money(n, r.booking);
        r.booking.startHash = keccak256(abi.encode(r.secret));
        r.id = _bookingId(r.booking);
    }

    /// @dev One without a booking, if there is any; one in eight is any.
    function _drawPurse(uint256 n) private view returns (address driver, uint256 purse) {
        uint256 from = _part(n, 57, DRIVERS * PURSES - 1);
        for (uint256 i = 0; i < DRIVERS * PURSES; ++i) {
            uint256 index = (from + i) % (DRIVERS * PURSES);
            (driver, purse) = (_drivers[index / PURSES], index % PURSES);
            if (!_busy[driver][purse] || _isUnusual(n, 58)) return (driver, purse);
        }
    }

    /// @dev The listing of one charger that is open, if there is any; one in eight is any.
    function _drawSite(uint256 n) private view returns (uint256 site) {
        uint256 from = _part(n, 59, PLACES - 1);
        for (uint256 i = 0; i < PLACES; ++i) {
            site = _siteAt[(from + i) % PLACES];
            if (_sites[site].status == ListingStatus.OPEN || _isUnusual(n, 157)) return site;
        }
    }

    function _money(uint256 n, Booking memory booking) private pure returns (Money) {
        uint256 cap = _leastCap(booking) + _part(n, 66, 12_000_000);
        uint256 allowed = booking.terms.metering.allowedCost() + _part(n, 67, 40_000);
        uint256 unsigned = booking.terms.metering.unsignedCost() + _part(n, 68, 2_000_000);
        if (_part(n, 69, 15) == 0) allowed = _part(n, 70, allowed);
        if (_part(n, 71, 15) == 0) cap = _part(n, 72, cap);
        return _packMoney(cap, unsigned, allowed, _coinFlip(n, 73) ? 0 : _part(n, 74, 5_000));
    }

    /// @dev Who sends an intent, and whether it may.
    function _relayedIntent(
        uint256 n
    ) internal view returns (address relayer, IntentLimits limits, bool good) {
        relayer = _anyRelayer(n);
        uint256 lastsSec = _isUnusual(n, 75) ? _part(n, 76, 1) * 601 : 1 + _part(n, 77, 599);
        address named =
            _isUnusual(n, 79)
                ? _stranger
                : _coinFlip(n, 78)
                    ? relayer
                    : address(0);
        limits = IntentLimits.wrap(uint256(uint160(named)) | ((block.timestamp + lastsSec) << 160));
        good = lastsSec != 0 && lastsSec <= 600 && named != _stranger;
    }

    function _signedBooking(
        Record memory r,
        IntentLimits limits
    ) internal view returns (SignedBooking memory) {
        MarketCalls.Listed memory listed = _listed(r.site);
        CompactSignature memory signature = _sign(_keyOf[r.driver], _intentHash(r.booking, limits));
        return SignedBooking(r.booking, listed.weeklyHours, listed.placeHash, limits, signature);
    }

    /// @dev Whether listing and driver's purse allow the booking.
    function _mayBook(Record memory r, uint256 relayFee) internal view returns (bool) {
        return _isInHours(r) && _mayReserve(r, relayFee);
    }

    /// @dev All of it but the hours.
    function _mayReserve(Record memory r, uint256 relayFee) internal view returns (bool) {
        if (block.timestamp < _pausedUntil && block.timestamp < _guardianEndsAt) return false;
        if (_sites[r.site].status != ListingStatus.OPEN) return false;
        if (_busy[r.driver][r.purse]) return false;
        if (r.booking.purse.generation() != _generation[r.driver][r.purse]) return false;
        if (_lockedBy(r.booking) + relayFee > _free[r.driver][r.purse]) return false;
        return _coversAsked(r.booking) && _isInTime(r);
    }

    /// @dev The cap covers what each slot costs at least, and five no-show fees.
    function _leastCap(Booking memory booking) private pure returns (uint256) {
        BookingTerms terms = booking.terms.bookingTerms;
        return _max(terms.minCapPerSlot(), 5 * terms.noshowFee()) * booking.session.slotCount();
    }

    function _coversAsked(Booking memory booking) private pure returns (bool) {
        if (booking.money.cap() == 0 || booking.money.cap() < _leastCap(booking)) return false;
        if (booking.money.unsignedCost() < booking.terms.metering.unsignedCost()) return false;
        return booking.money.allowedCost() >= booking.terms.metering.allowedCost();
    }

    function _isInTime(Record memory r) private view returns (bool) {
        (uint256 first, uint256 count) = (r.booking.session.firstSlot(), r.booking.session.slotCount());
        BookingTerms terms = r.booking.terms.bookingTerms;
        uint256 slot = block.timestamp / SLOT_SEC;
        bool now_ = terms.leadTimeSec() == 0 && first >= slot;
        if (!now_ && first * SLOT_SEC < block.timestamp + terms.leadTimeSec()) return false;
        if (first + count > slot + terms.horizonSlots()) return false;
        if (count < terms.minSlots() || count > terms.maxSlots()) return false;
        for (uint256 i = first; i < first + count; ++i) {
            if (_taken[r.site][i]) return false;
        }
        return true;
    }

    function _isInHours(Record memory r) internal view returns (bool) {
        WeeklyHours hours_ = _sites[r.site].listing.weeklyHours;
        uint256 first = r.booking.session.firstSlot();
        for (uint256 i = first; i < first + r.booking.session.slotCount(); ++i) {
            if (!_isOpenAt(hours_, i * SLOT_SEC)) return false;
        }
        return true;
    }

    /// @dev By local time: 1970 began on a Thursday at midnight, and Monday is day 0.
    function _isOpenAt(WeeklyHours hours_, uint256 timeSec) private pure returns (bool) {
        bool changed = hours_.offsetChangesAt() != 0 && timeSec >= hours_.offsetChangesAt();
        int256 quarters = changed ? hours_.utcOffsetAfter() : hours_.utcOffset();
        uint256 wallSec = uint256(int256(timeSec) + quarters * 900) + 3 days;
        return (hours_.mask() >> ((wallSec % 7 days) / 1 hours)) & 1 == 1;
    }
}
