// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking} from "../../contracts/types/Booking.sol";
import {BookingId} from "../../contracts/types/Ids.sol";
import {Measure} from "../../contracts/types/Reading.sol";
import {BookingState, StateClaim, StateHead} from "../../contracts/types/State.sol";
import {BookingTerms, Tariff} from "../../contracts/types/Terms.sol";
import {Move, Stage, Transitions} from "./Transitions.sol";

/// @notice Every booking in the model: its stage, its times, its cost, and how it ends.
abstract contract SessionModel is Transitions {
    /// @notice What the model knows of a booking.
    struct Record {
        Booking booking;
        BookingId id;
        bytes32 secret;
        address driver;
        uint256 purse;
        uint256 site;
        Stage stage;
        Stage last; // the stage before it ended
        uint256 since; // unix seconds at which it was booked, claimed or challenged
        uint256 seq; // of the newest co-signed reading, as are energy, time and overstay
        uint256 energyWh;
        uint256 timeSec;
        uint256 overstaySec;
        uint256 raisedCost; // the raise that came with the agent's claim, token units
        Measure claim; // by the agent alone, zero when there is none
        uint256 bestProofWh;
    }

    Record[] internal _records;
    /// @dev Indexes of those that have not ended.
    uint256[] internal _open;
    /// @dev Indexes of those that the last call moved.
    uint256[] internal _touched;
    mapping(address driver => mapping(uint256 purse => uint256)) internal _generation;
    mapping(address driver => mapping(uint256 purse => bool)) internal _busy;
    mapping(address driver => mapping(uint256 purse => uint256)) internal _recordAt;
    mapping(uint256 site => mapping(uint256 slot => bool)) internal _taken;

    /// @dev The state as the ledger must have hashed it; of an ended booking its last one.
    function _state(Record storage r) internal view returns (BookingState memory state) {
        Stage stage = r.stage < Stage.CANCELED ? r.stage : r.last;
        uint256 head = uint256(stage) | (r.since << 8) | (r.seq << 48) | (r.energyWh << 80);
        head |= (r.timeSec << 128) | (r.overstaySec << 160) | (r.raisedCost << 192);
        state.head = StateHead.wrap(head);
        uint256 claim = Measure.unwrap(r.claim) & ((1 << 192) - 1);
        state.claim = StateClaim.wrap(claim | (r.bestProofWh << 192));
    }

    function _try(address sender, bytes memory data) internal override returns (bool) {
        delete _touched;
        return super._try(sender, data);
    }

    function _to(Record storage r, Move move, Stage stage) internal {
        _walk(r.stage, move, stage);
        r.stage = stage;
        if (stage < Stage.CANCELED) _touched.push(_recordAt[r.driver][r.purse]);
    }

    /// @dev Stores a booking: locks the money and takes the slots.
    function _enter(Record memory r, address relayer) internal {
        uint256 first = r.booking.session.firstSlot();
        for (uint256 i = first; i < first + r.booking.session.slotCount(); ++i) {
            if (_taken[r.site][i]) _recordViolation("a slot was sold twice");
            _taken[r.site][i] = true;
        }
        uint256 fee = r.booking.money.relayFee();
        _free[r.driver][r.purse] -= _lockedBy(r.booking) + fee;
        _locked[r.driver] += _lockedBy(r.booking);
        _payRelay(r.driver, relayer, fee);
        _busy[r.driver][r.purse] = true;
        _walk(Stage.FREE, Move.BOOK, Stage.RESERVED);
        (r.stage, r.since) = (Stage.RESERVED, block.timestamp);
        _recordAt[r.driver][r.purse] = _records.length;
        _touched.push(_records.length);
        _open.push(_records.length);
        _records.push(r);
    }

    /// @dev Ends the booking at this position of the open ones: `taken` of what was locked is paid, the rest is refunded.
    function _end(uint256 position, Move move, Stage outcome, uint256 taken) internal {
        Record storage r = _records[_open[position]];
        uint256 held = _lockedBy(r.booking);
        if (taken > held) _recordViolation("paid more than was locked");
        r.last = r.stage;
        _to(r, move, outcome);
        _locked[r.driver] -= held;
        _free[r.driver][r.purse] += held - taken;
        _busy[r.driver][r.purse] = false;
        ++_generation[r.driver][r.purse];
        _open[position] = _open[_open.length - 1];
        _open.pop();
    }

    /// @dev Ends it by paying for a charge, and records a violation when the price breaks the rules.
    function _endPaid(uint256 position, Move move, uint256 cost, uint256 energyWh) internal {
        Record storage r = _records[_open[position]];
        if (cost > r.booking.money.cap()) _recordViolation("paid over the cap");
        bool bounded = move == Move.FINALISE || move == Move.PROVE;
        if (bounded && cost > _mayPay(r))
            _recordViolation("paid more than was co-signed, allowed and trusted");
        _end(position, move, Stage.FULFILLED, cost);
        _payCost(r.driver, r.site, r.booking.terms.host, cost, energyWh);
    }

    /// @dev The same, and the driver forfeits this much of the bond to the host, which is no session of its own.
    function _endForfeiting(
        uint256 position,
        Move move,
        uint256 cost,
        uint256 energyWh,
        uint256 forfeit
    ) internal {
        Record storage r = _records[_open[position]];
        if (cost + forfeit > _lockedBy(r.booking)) _recordViolation("paid more than was locked");
        _endPaid(position, move, cost, energyWh);
        _free[r.driver][r.purse] -= forfeit;
        _payWhole(r.driver, r.site, r.booking.terms.host, forfeit, 0);
        --_earned[r.site][r.booking.terms.host].sessions;
    }

    /// @dev Frees all slots, as only a cancel does.
    function _release(Record storage r) internal {
        _releaseFrom(r, 0);
    }

    /// @dev Frees the booking's slots from this one on.
    function _releaseFrom(Record storage r, uint256 from) internal {
        uint256 first = r.booking.session.firstSlot();
        uint256 end = first + r.booking.session.slotCount();
        for (uint256 i = _max(first, from); i < end; ++i) _taken[r.site][i] = false;
    }

    /// @dev What the agent's final word may cost, unchallenged.
    function _allowed(Record storage r) internal view returns (uint256) {
        return _max(r.booking.money.allowedCost(), r.raisedCost);
    }

    /// @dev The most that is paid without a final co-signature: what is allowed, or the co-signed and as much again (a flat
    /// fee opens no trust) up to the trust that the driver signed.
    function _mayPay(Record storage r) internal view returns (uint256) {
        uint256 cosigned = _cosignedCost(r);
        uint256 flat = r.booking.terms.tariff.flatFee();
        uint256 again = cosigned > flat ? cosigned - flat : 0;
        return _max(_allowed(r), cosigned + _min(r.booking.money.unsignedCost(), again));
    }

    function _cosignedCost(Record storage r) internal view returns (uint256) {
        return _costOf(r, r.energyWh, r.timeSec, r.overstaySec);
    }

    /// @dev What the agent's claim pays if nobody challenges it.
    function _claimedCost(Record storage r) internal view returns (uint256) {
        return _max(_cosignedCost(r), _min(_cost(r, r.claim), _mayPay(r)));
    }

    /// @dev What no challenge takes.
    function _certainCost(Record storage r) internal view returns (uint256) {
        return _max(_cosignedCost(r), _min(_cost(r, r.claim), _allowed(r)));
    }

    /// @dev What a proof of this energy pays: with the co-signed time and overstay.
    function _provenCost(Record storage r, uint256 provenWh) internal view returns (uint256) {
        uint256 energyWh = _min(provenWh, r.claim.energyWh());
        return _min(_costOf(r, energyWh, r.timeSec, r.overstaySec), _mayPay(r));
    }

    /// @dev What a lost challenge costs beside the claim.
    function _forfeitOf(Record storage r) internal view returns (uint256) {
        uint256 bond = _min(BOND_MAX, r.booking.money.unsignedCost());
        return _min(bond, _max(_claimedCost(r) - _cosignedCost(r), FORFEIT_MIN));
    }

    /// @dev The energy that counts as sold: no more than the listed power gives in this time.
    function _plausibleWh(
        Record storage r,
        uint256 energyWh,
        uint256 timeSec
    ) internal view returns (uint256) {
        return _min(energyWh, (r.booking.terms.metering.maxPowerW() * timeSec) / 3_600);
    }

    function _cost(Record storage r, Measure m) internal view returns (uint256) {
        return _costOf(r, m.energyWh(), m.endedAt() - m.beganAt(), m.overstaySec());
    }

    /// @dev Whole units and fractions are separate: nothing is rounded before the end.
    function _costOf(
        Record storage r,
        uint256 energyWh,
        uint256 sec,
        uint256 overstaySec
    ) private view returns (uint256) {
        Tariff t = r.booking.terms.tariff;
        uint256 cap = r.booking.money.cap();
        uint256 parts = (energyWh * t.pricePerKwh()) * 3_600 + sec * t.pricePerHour() * 1_000;
        if (energyWh > 0 || sec > 0) parts += t.flatFee() * 3_600_000;
        uint256 room = (cap > t.overstayReserve() ? cap - t.overstayReserve() : 0) * 3_600_000;
        uint256 all = _min(parts, room) + overstaySec * t.overstayPerHour() * 1_000;
        return _min(all / 3_600_000, cap);
    }

    function _noshowFee(Record storage r) internal view returns (uint256) {
        return r.booking.terms.bookingTerms.noshowFee() * r.booking.session.slotCount();
    }

    function _lockedBy(Booking memory booking) internal pure returns (uint256) {
        return booking.money.cap() + _min(BOND_MAX, booking.money.unsignedCost());
    }

    function _isReserved(Record storage r) internal view returns (bool) {
        return r.stage == Stage.RESERVED || r.stage == Stage.ARRIVED;
    }

    /// @dev Whether a co-signed reading counts now.
    function _reportable(Record storage r) internal view returns (bool) {
        if (!_isReserved(r)) return block.timestamp < _windowEnd(r);
        return block.timestamp >= _opens(r) && block.timestamp < _reportBy(r);
    }

    function _start(Record storage r) internal view returns (uint256) {
        return r.booking.session.firstSlot() * SLOT_SEC;
    }

    function _opens(Record storage r) internal view returns (uint256) {
        return _start(r) - r.booking.terms.bookingTerms.earlyStartSec();
    }

    /// @dev Cancelling is free until then: as the host set it, or shortly after booking but never in the last hour.
    function _freeUntil(Record storage r) internal view returns (uint256) {
        uint256 asSet = _min(_opens(r), _start(r) - r.booking.terms.bookingTerms.cancelUntilSec());
        return _max(asSet, _min(r.since + 10 minutes, _opens(r) - 1 hours));
    }

    /// @dev Of a booking on which nothing was claimed.
    function _noshowFrom(Record storage r) internal view returns (uint256) {
        return _max(_start(r), r.since) + r.booking.terms.bookingTerms.noshowTimeoutSec();
    }

    function _closes(Record storage r) internal view returns (uint256) {
        BookingTerms terms = r.booking.terms.bookingTerms;
        return _start(r) + r.booking.session.slotCount() * SLOT_SEC + terms.lateStopSec();
    }

    function _reportBy(Record storage r) internal view returns (uint256) {
        return _closes(r) + REPORT_SEC;
    }

    /// @dev When a claim or a challenge ends by itself.
    function _windowEnd(Record storage r) internal view returns (uint256) {
        return _max(r.since, _closes(r)) + (r.stage == Stage.CHALLENGED ? PROOF_SEC : CHALLENGE_SEC);
    }

    /// @dev The moment from which anyone can end it.
    function _deadline(Record storage r) internal view returns (uint256) {
        return _isReserved(r) ? _reportBy(r) : _windowEnd(r);
    }

    function _min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function _max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }
}
