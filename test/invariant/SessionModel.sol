// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking, BookingState, Flag, StateClaim, StateHead} from "../../contracts/types/Booking.sol";
import {BookingId} from "../../contracts/types/Ids.sol";
import {Measure} from "../../contracts/types/Reading.sol";
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
        bool arrived;
        bool raised;
        uint256 seq; // of the newest co-signed reading, as are energy and cost
        uint256 energyWh;
        uint256 cost;
        uint256 claimedAt; // unix seconds
        uint256 challengedAt; // unix seconds
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
        uint256 flags = r.arrived ? Flag.ARRIVED : 0;
        if (stage == Stage.ALONE || stage == Stage.CHALLENGED) flags |= Flag.AGENT_ALONE;
        if (stage == Stage.NO_SHOW_CLAIMED) flags |= Flag.NO_SHOW;
        if (r.raised) flags |= Flag.RAISED;
        uint256 head = _phaseOf(stage) | (flags << 8) | (r.seq << 16) | (r.energyWh << 48);
        head |= (r.cost << 96) | (r.claimedAt << 160) | (r.challengedAt << 200);
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
        r.stage = Stage.RESERVED;
        _recordAt[r.driver][r.purse] = _records.length;
        _touched.push(_records.length);
        _open.push(_records.length);
        _records.push(r);
    }

    /// @dev Ends the booking at this position of the open ones: `taken` of what was locked is paid, the rest is refunded.
    function _end(uint256 position, Move move, Stage outcome, uint256 taken) internal {
        Record storage r = _records[_open[position]];
        uint256 held = _lockedBy(r.booking);
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
        if (move != Move.SETTLE && cost > r.cost + r.booking.money.unsignedCost()) {
            _recordViolation("paid more than was co-signed and trusted");
        }
        _end(position, move, Stage.FULFILLED, cost);
        _payCost(r.driver, r.site, r.booking.terms.host, cost, energyWh);
    }

    /// @dev Frees the slots, which only a cancel does.
    function _release(Record storage r) internal {
        uint256 first = r.booking.session.firstSlot();
        for (uint256 i = first; i < first + r.booking.session.slotCount(); ++i) _taken[r.site][i] = false;
    }

    /// @dev What a unilateral claim costs: never less than what was co-signed, and at most the driver's unsigned limit
    /// above it, which is lower while no energy is co-signed.
    function _claimedCost(Record storage r, uint256 energyWh) internal view returns (uint256 cost) {
        uint256 word = Measure.unwrap(r.claim) & ~(uint256(type(uint48).max) << 32);
        cost = _cost(r, Measure.wrap(word | (energyWh << 32)));
        uint256 unsignedLimit = r.booking.money.unsignedCost();
        if (r.energyWh == 0) unsignedLimit = r.booking.money.firstUnsignedCost();
        if (cost > r.cost + unsignedLimit) cost = r.cost + unsignedLimit;
        if (cost < r.cost) cost = r.cost;
    }

    /// @dev Whole units and fractions are separate: nothing is rounded before the end.
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

    function _noshowFee(Record storage r) internal view returns (uint256) {
        return _min(r.booking.terms.bookingTerms.noshowFee(), r.booking.money.cap() / 5);
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

    function _cancelBy(Record storage r) internal view returns (uint256) {
        return _min(_opens(r), _start(r) - r.booking.terms.bookingTerms.cancelUntilSec());
    }

    function _noshowFrom(Record storage r) internal view returns (uint256) {
        return _start(r) + r.booking.terms.bookingTerms.noshowTimeoutSec();
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
        bool challenged = r.challengedAt != 0;
        uint256 from = challenged ? r.challengedAt : r.claimedAt;
        if (from < _closes(r)) from = _closes(r);
        return from + (challenged ? PROOF_SEC : CHALLENGE_SEC);
    }

    /// @dev The moment from which anyone can end it.
    function _deadline(Record storage r) internal view returns (uint256) {
        return _isReserved(r) ? _reportBy(r) : _windowEnd(r);
    }

    function _min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
