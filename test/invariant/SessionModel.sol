// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, BookingState, Phase} from "../../contracts/types/Booking.sol";
import {BookingId, ListingId} from "../../contracts/types/Ids.sol";
import {BookingTerms, Tariff} from "../../contracts/types/Terms.sol";
import {Measure} from "../../contracts/types/Reading.sol";
import {MarketFixture} from "./MarketFixture.sol";

/// @notice What the market must look like after what people did: who holds how much, which bookings are open in which
/// state, which slots are taken, and what each call may do when.
abstract contract SessionModel is MarketFixture {
    uint256 internal constant DRIVERS = 3;
    uint256 internal constant PURSES = 2;
    uint8 internal constant ENDED = 0;

    /// @notice What the model knows of a booking; `phase` is ENDED or one of `Phase`.
    struct Record {
        Booking booking;
        BookingState state;
        BookingId id;
        uint256 driver;
        uint256 purse;
        uint256 listing;
        uint256 sessionKey;
        uint8 phase;
    }

    string public violation;
    mapping(string call => uint256) public succeeded;
    mapping(string call => uint256) public refused;

    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public locked;
    uint256[PURSES][DRIVERS] public free;
    uint256[LISTINGS] public earned;
    uint256 public relayed;

    Record[] internal _records;
    uint256[] internal _open;
    uint256[PURSES][DRIVERS] internal _generation;
    bool[PURSES][DRIVERS] internal _busy;
    mapping(uint256 listing => mapping(uint256 slot => bool)) internal _taken;

    address[] internal _drivers;
    uint256[] internal _driverKeys;
    address public relayer;

    function openCount() external view returns (uint256) {
        return _open.length;
    }

    function recordOf(uint256 openIndex) external view returns (Record memory) {
        return _records[_open[openIndex]];
    }

    function expectedTail(uint256 who, uint256 purse) external view returns (uint192) {
        for (uint256 i = 0; i < _open.length; ++i) {
            Record storage r = _records[_open[i]];
            if (r.driver == who && r.purse == purse) return _tail(r.booking, r.state);
        }
        return uint192(_generation[who][purse]);
    }

    /// @notice The moment from which anyone can end an open booking.
    function deadlineOf(uint256 openIndex) external view returns (uint256) {
        Record storage r = _records[_open[openIndex]];
        return r.phase == Phase.CLAIMED ? _challengeEnd(r) : _reportBy(r);
    }

    function driverOf(uint256 who) external view returns (address) {
        return _drivers[who];
    }

    function listingIdOf(uint256 listing) external view returns (ListingId) {
        return _listingIds[listing];
    }

    function listingOf(uint256 listing) external view returns (bytes32 id, address host) {
        return (bytes32(abi.encode(_listingIds[listing])), _listings[listing].terms.host);
    }

    function _pick(uint256 which) internal view returns (Record storage) {
        return _records[_open[which % _open.length]];
    }

    function _expect(bool allowed, string memory call, bool happened) internal {
        if (happened) ++succeeded[call];
        else ++refused[call];
        if (allowed == happened) return;
        violation = string.concat(call, happened ? " happened and must not" : " was refused and must not be");
    }

    function _mayBook(Record memory r, uint256 first, uint256 count) internal view returns (bool) {
        BookingTerms terms = r.booking.terms.bookingTerms;
        uint256 slot = block.timestamp / SLOT_SEC;
        if (_busy[r.driver][r.purse]) return false;
        if (
            first * SLOT_SEC < block.timestamp + terms.leadTimeSec() &&
            (terms.leadTimeSec() != 0 || first < slot)
        ) {
            return false;
        }
        if (first + count > slot + terms.horizonSlots()) return false;
        if (count < terms.minSlots() || count > terms.maxSlots()) return false;
        if (r.booking.money.cap() < terms.minCapPerSlot() * count) return false;
        if (_locked(r) + r.booking.money.relayFee() > free[r.driver][r.purse]) return false;
        for (uint256 i = first; i < first + count; ++i) if (_taken[r.listing][i]) return false;
        return true;
    }

    function _reserve(Record memory r, bool signed) internal {
        uint256 first = r.booking.session.firstSlot();
        for (uint256 i = first; i < first + r.booking.session.slotCount(); ++i) _taken[r.listing][i] = true;
        uint256 fee = signed ? r.booking.money.relayFee() : 0;
        free[r.driver][r.purse] -= _locked(r) + fee;
        locked += _locked(r);
        relayed += fee;
        _busy[r.driver][r.purse] = true;
        _open.push(_records.length);
        _records.push(r);
        if (signed) ++succeeded["bookSigned"];
    }

    function _release(Record storage r) internal {
        uint256 first = r.booking.session.firstSlot();
        for (uint256 i = first; i < first + r.booking.session.slotCount(); ++i) _taken[r.listing][i] = false;
    }

    function _end(uint256 which, uint256 paid) internal {
        uint256 position = which % _open.length;
        Record storage r = _records[_open[position]];
        if (paid > r.booking.money.cap()) violation = "paid over the cap";
        uint256 held = _locked(r);
        locked -= held;
        free[r.driver][r.purse] += held - paid;
        earned[r.listing] += paid;
        r.phase = ENDED;
        _busy[r.driver][r.purse] = false;
        ++_generation[r.driver][r.purse];
        _open[position] = _open[_open.length - 1];
        _open.pop();
    }

    /// @dev In whole and broken units apart: nothing here is rounded before the end.
    function _cost(Record storage r, Measure m) internal view returns (uint256) {
        Tariff t = r.booking.terms.tariff;
        uint256 cap = r.booking.money.cap();
        uint256 sec = m.endedAt() - m.beganAt();
        uint256 parts = (m.energyWh() * t.pricePerKwh()) * 3_600 + sec * t.pricePerHour() * 1_000;
        if (m.energyWh() > 0 || sec > 0) parts += t.flatFee() * 3_600_000;
        uint256 room = (cap > t.overstayReserve() ? cap - t.overstayReserve() : 0) * 3_600_000;
        uint256 all = _min(parts, room) + m.overstaySec() * t.overstayPerHour() * 1_000;
        return _min(all / 3_600_000, cap);
    }

    function _locked(Record memory r) internal pure returns (uint256) {
        return r.booking.money.cap() + _min(BOND_MAX, r.booking.money.unsignedCost());
    }

    function _reportable(Record storage r) internal view returns (bool) {
        if (r.phase == Phase.CLAIMED) return block.timestamp < _challengeEnd(r);
        return block.timestamp >= _opens(r) && block.timestamp < _reportBy(r);
    }

    function _start(Record storage r) internal view returns (uint256) {
        return r.booking.session.firstSlot() * SLOT_SEC;
    }

    function _opens(Record storage r) internal view returns (uint256) {
        return _start(r) - r.booking.terms.bookingTerms.earlyStartSec();
    }

    function _cancelBy(Record storage r) internal view returns (uint256) {
        return _min(_opens(r), _start(r) - r.booking.terms.bookingTerms.cancelUntilSec());
    }

    function _closes(Record storage r) internal view returns (uint256) {
        uint256 stay = r.booking.session.slotCount() * SLOT_SEC;
        return _start(r) + stay + r.booking.terms.bookingTerms.lateStopSec();
    }

    function _reportBy(Record storage r) internal view returns (uint256) {
        return _closes(r) + WINDOW_SEC;
    }

    function _challengeEnd(Record storage r) internal view returns (uint256) {
        uint256 claimedAt = r.state.head.claimedAt();
        return (claimedAt > _closes(r) ? claimedAt : _closes(r)) + WINDOW_SEC;
    }

    function _min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
