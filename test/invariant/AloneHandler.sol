// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClaims} from "../../contracts/interfaces/IClaims.sol";
import {Allowance, AloneSettlement, GiveBack} from "../../contracts/types/Calls.sol";
import {ListingStatus} from "../../contracts/types/Listing.sol";
import {CompactSignature, Measure, Reading} from "../../contracts/types/Reading.sol";
import {SignedTypes} from "../../contracts/types/SignedTypes.sol";
import {Handler} from "./Handler.sol";
import {MarketCalls} from "./MarketCalls.sol";
import {Move, Stage} from "./Transitions.sol";

/// @notice The agent's final reading alone: within what the driver allowed it settles, above it is a claim.
abstract contract AloneHandler is Handler {
    /// @notice A reading of the agent with what comes beside it.
    struct Alone {
        Reading reading;
        CompactSignature agent;
        bytes32 secret;
        Allowance allowance;
        bool good; // signatures, secret, order
    }

    function settleAlone(uint256 n) external someOpen {
        if (_coinFlip(n, 156)) return;
        uint256 position = _pick(n, _reserved());
        Record storage r = _records[_open[position]];
        (AloneSettlement memory settlement, bool allowed) = _aloneSettlement(n, r);
        bool done = _try(_anyRelayer(n), MarketCalls.settleAlone(settlement));
        _checkOutcome("settleAlone", allowed, done);
        if (done) _settledAlone(position, settlement.reading.measure);
    }

    /// @notice The same, and frees the slots from a given one on that have not begun.
    function settleAloneAndGiveBack(uint256 n) external someOpen {
        if (!_isUnusual(n, 152)) return;
        uint256 position = _pick(n, _reserved());
        Record storage r = _records[_open[position]];
        (AloneSettlement memory settlement, bool allowed) = _aloneSettlement(n, r);
        (GiveBack memory given, bool byAgent) = _givenBack(n, r);
        bool done = _try(_anyRelayer(n), MarketCalls.settleAloneAndGiveBack(settlement, given));
        _checkOutcome("settleAloneAndGiveBack", allowed && byAgent, done);
        if (!done) return;
        _releaseGiven(r, given);
        _settledAlone(position, settlement.reading.measure);
    }

    function claimAlone(uint256 n) external someOpen {
        _claimAlone(n, _pick(n, _coinFlip(n, 143) ? _reserved() : _bit(_anyStage(n))));
    }

    /// @notice A unilateral claim on top of what both signed.
    function raise(uint256 n) external someOpen {
        _claimAlone(n, _pick(n, _bit(Stage.CLAIMED)));
    }

    /// @notice The claimed reading once more, with a raise: it settles, or more of the claim is allowed.
    function allow(uint256 n) external someOpen {
        uint256 position = _pick(n, _bit(_coinFlip(n, 144) ? Stage.CHALLENGED : Stage.CLAIMED_ALONE));
        Record storage r = _records[_open[position]];
        if (Measure.unwrap(r.claim) == 0) return;
        Alone memory a = _alone(n, r, 0);
        a.reading.measure = Measure.wrap(Measure.unwrap(r.claim) | (1 << 192));
        a.agent = _signReading(_sites[r.site].agentKey, r.id, a.reading);
        a.good = a.secret == r.secret && _isAllowanceGood(n);
        _send(n, position, a);
    }

    /// @dev From the state as booked.
    function _aloneSettlement(
        uint256 n,
        Record storage r
    ) internal view returns (AloneSettlement memory settlement, bool allowed) {
        Alone memory a = _alone(n, r, _part(n, 80, 40));
        allowed = a.good && _isReserved(r) && _reportable(r) && _isPlausible(r, a.reading.measure);
        allowed = allowed && _cost(r, a.reading.measure) <= _allowedBy(r, a.allowance);
        Reading memory dated = MarketCalls.dated(a.reading, r.since);
        settlement = AloneSettlement(r.booking, dated, a.agent, a.secret, a.allowance);
    }

    function _claimAlone(uint256 n, uint256 position) private {
        Record storage r = _records[_open[position]];
        _send(n, position, _alone(n, r, (_isUnusual(n, 87) ? 0 : r.seq + 1) + _part(n, 88, 8)));
    }

    function _send(uint256 n, uint256 position, Alone memory a) private {
        Record storage r = _records[_open[position]];
        Measure m = a.reading.measure;
        bool denied = r.stage == Stage.NO_SHOW_CLAIMED || r.stage == Stage.CONTESTED;
        bool allowed = a.good && !denied && _reportable(r) && _isPlausible(r, m) && _isNoLess(r, m);
        bool settles = allowed && _cost(r, m) <= _allowedBy(r, a.allowance);
        bool raises = allowed && !settles && _isRaise(r, a);
        bool claims = allowed && !settles && !raises && _isClaimable(r);
        bytes memory data = abi.encodeCall(
            IClaims.claimAlone,
            (r.booking, _state(r), a.reading, a.agent, a.secret, a.allowance)
        );
        bool done = _try(_anyRelayer(n), data);
        string memory name = r.stage == Stage.CLAIMED ? "raise" : "claimAlone";
        _checkOutcome(name, settles || raises || claims, done);
        if (!done) return;
        if (settles) return _settledAlone(position, m);
        r.raisedCost = a.allowance.cost == 0 ? 0 : _allowedBy(r, a.allowance);
        if (raises) return _to(r, Move.RAISE, r.stage);
        (r.since, r.claim) = (block.timestamp, m);
        _to(r, Move.CLAIM_ALONE, Stage.CLAIMED_ALONE);
    }

    /// @dev Pays it; who allows the reading that they challenged has lost the challenge.
    function _settledAlone(uint256 position, Measure measure) internal {
        Record storage r = _records[_open[position]];
        _endForfeiting(
            position,
            Move.SETTLE_ALONE,
            _cost(r, measure),
            measure.energyWh(),
            _isChallenged(r, measure) ? _forfeitOf(r) : 0
        );
    }

    function _alone(uint256 n, Record storage r, uint256 seq) private view returns (Alone memory a) {
        bool knows = !_isUnusual(n, 90);
        bool byAgent = _part(n, 22, 31) != 0;
        a.reading = Reading(_measure(n, r, seq, !_isUnusual(n, 89)), keccak256(abi.encode(n)), bytes32(n));
        if (_coinFlip(n, 145)) a.reading.measure = _atLeastCosigned(r, a.reading.measure);
        uint256 key = byAgent ? _sites[r.site].agentKey : _keyOf[r.booking.session.sessionKey()];
        a.agent = _signReading(key, r.id, a.reading);
        a.secret = knows ? r.secret : bytes32(n);
        if (_hasRaise(n)) a.allowance = _allowance(n, r);
        Measure m = a.reading.measure;
        a.good = byAgent && m.endedAt() >= m.beganAt() && knows && _isAllowanceGood(n);
    }

    /// @dev With the co-signed energy where it is below.
    function _atLeastCosigned(Record storage r, Measure m) private view returns (Measure) {
        if (m.energyWh() >= r.energyWh) return m;
        uint256 word = Measure.unwrap(m) & ~(uint256(type(uint48).max) << 32);
        return Measure.wrap(word | (r.energyWh << 32));
    }

    function _hasRaise(uint256 n) private pure returns (bool) {
        return _coinFlip(n, 146);
    }

    function _isAllowanceGood(uint256 n) private pure returns (bool) {
        return !_hasRaise(n) || !_isUnusual(n, 147);
    }

    function _allowance(uint256 n, Record storage r) private view returns (Allowance memory a) {
        a.cost = _coinFlip(n, 148) ? r.booking.money.cap() + _part(n, 149, 1) : 1 + _part(n, 150, 1_500_000);
        uint256 key = _isAllowanceGood(n) ? _keyOf[r.booking.session.sessionKey()] : _sites[r.site].agentKey;
        a.sessionSignature = _sign(key, keccak256(abi.encode(SignedTypes.ALLOWANCE, r.id, a.cost)));
    }

    /// @dev A raise never lowers what the booking allows; the cap is the most.
    function _allowedBy(Record storage r, Allowance memory a) private view returns (uint256) {
        uint256 allowed = r.booking.money.allowedCost();
        return a.cost == 0 ? allowed : _min(r.booking.money.cap(), _max(allowed, a.cost));
    }

    /// @dev Of the reading that was claimed, more is allowed now.
    function _isRaise(Record storage r, Alone memory a) private view returns (bool) {
        if (a.allowance.cost == 0 || _allowedBy(r, a.allowance) <= r.raisedCost) return false;
        return Measure.unwrap(r.claim) != 0 && _isClaimed(r, a.reading.measure);
    }

    /// @dev Once, before `reportBy`, and only while the agent's key is not revoked.
    function _isClaimable(Record storage r) private view returns (bool) {
        if (r.stage == Stage.CHALLENGED || Measure.unwrap(r.claim) != 0) return false;
        return block.timestamp < _reportBy(r) && _sites[r.site].status != ListingStatus.REVOKED;
    }

    /// @dev No part is below what was co-signed last.
    function _isNoLess(Record storage r, Measure m) private view returns (bool) {
        if (_isReserved(r)) return true;
        if (m.seq() <= r.seq || m.energyWh() < r.energyWh || m.overstaySec() < r.overstaySec) return false;
        return m.endedAt() - m.beganAt() >= r.timeSec;
    }

    /// @dev Final, within the booking's time, the listed power and the past; overstay counts from `closes`.
    function _isPlausible(Record storage r, Measure m) private view returns (bool) {
        uint256 latest = _min(_closes(r), block.timestamp);
        if (!m.isFinal() || m.beganAt() < _opens(r) || m.endedAt() > latest) return false;
        if (m.endedAt() < m.beganAt()) return false;
        if (m.overstaySec() != 0 && _closes(r) + m.overstaySec() > block.timestamp) return false;
        uint256 wattSec = r.booking.terms.metering.maxPowerW() * (m.endedAt() - m.beganAt());
        return m.energyWh() * 3_600 <= wattSec;
    }
}
