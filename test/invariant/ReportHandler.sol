// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClaims} from "../../contracts/interfaces/IClaims.sol";
import {ListingStatus} from "../../contracts/types/Listing.sol";
import {Measure} from "../../contracts/types/Reading.sol";
import {SignedTypes} from "../../contracts/types/SignedTypes.sol";
import {Handler} from "./Handler.sol";
import {MarketCalls} from "./MarketCalls.sol";
import {Move, Stage} from "./Transitions.sol";

/// @notice Reports on a session: the driver arrived, a no-show, readings.
abstract contract ReportHandler is Handler {
    function arrived(uint256 n) external someOpen {
        Record storage r = _records[_open[_pick(n, _bit(_coinFlip(n, 79) ? Stage.ARRIVED : Stage.RESERVED))]];
        (address sender, bytes memory signature, bool good) = _authorizeAsDriver(n, r, SignedTypes.ARRIVED);
        bool allowed = good && _isReserved(r) && block.timestamp >= _opens(r);
        allowed = allowed && block.timestamp < _noshowFrom(r);
        bool done = _try(sender, abi.encodeCall(IClaims.arrived, (r.booking, _state(r), signature)));
        _checkOutcome("arrived", allowed, done);
        if (!done) return;
        r.arrived = true;
        _to(r, Move.ARRIVE, Stage.ARRIVED);
    }

    function settle(uint256 n) external someOpen {
        uint256 position = _pick(n, _bit(_anyStage(n)));
        Record storage r = _records[_open[position]];
        if (r.stage != _anyStage(n) && !_isUnusual(n, 78)) return;
        (MarketCalls.Signed memory signed, bool good) = _signed(n, r, _part(n, 80, 40), !_isUnusual(n, 81));
        bool allowed = good && signed.reading.measure.isFinal() && _reportable(r);
        bool asBooked = r.stage == Stage.RESERVED ? _coinFlip(n, 91) : _isUnusual(n, 92);
        bool done = _try(
            _anyRelayer(n),
            asBooked
                ? MarketCalls.settle(_settlement(r, signed))
                : MarketCalls.settleFrom(r.booking, _state(r), signed)
        );
        // Without a state it settles only a booking in the state in which it was booked.
        if (asBooked && r.stage != Stage.RESERVED) allowed = false;
        _checkOutcome(asBooked ? "settle" : "settleFrom", allowed, done);
        if (done) _settled(position, signed.reading.measure);
    }

    function claim(uint256 n) external someOpen {
        Record storage r = _records[_open[_pick(n, _reserved() | _bit(Stage.NO_SHOW_CLAIMED))]];
        _claim(n, r);
    }

    /// @notice A co-signed reading against a claim or a challenge, older or newer than what was claimed.
    function answer(uint256 n) external someOpen {
        uint256 wanted = _bit(Stage.COSIGNED) | _bit(Stage.ALONE);
        wanted |= _bit(Stage.CHALLENGED) | _bit(Stage.ANSWERED);
        Record storage r = _records[_open[_pick(n, _coinFlip(n, 82) ? _bit(Stage.CHALLENGED) : wanted)]];
        _claim(n, r);
    }

    function claimAlone(uint256 n) external someOpen {
        Record storage r = _records[_open[_pick(n, _reserved())]];
        _claimAlone(n, r);
    }

    /// @notice A unilateral claim on top of what both signed.
    function raise(uint256 n) external someOpen {
        Record storage r = _records[_open[_pick(n, _bit(Stage.COSIGNED))]];
        _claimAlone(n, r);
    }

    function claimNoShow(uint256 n) external someOpen {
        Record storage r = _records[_open[_pick(n, _bit(Stage.RESERVED))]];
        bool good = !_isUnusual(n, 83);
        bool allowed = good && r.stage == Stage.RESERVED && _sites[r.site].status != ListingStatus.REVOKED;
        allowed = allowed && block.timestamp >= _noshowFrom(r) && block.timestamp < _reportBy(r);
        bytes32 structHash = keccak256(abi.encode(SignedTypes.NO_SHOW, r.id));
        uint256 key = good ? _sites[r.site].agentKey : _keyOf[_stranger];
        bytes memory data = abi.encodeCall(
            IClaims.claimNoShow,
            (r.booking, _state(r), _sign(key, structHash))
        );
        bool done = _try(_anyRelayer(n), data);
        _checkOutcome("claimNoShow", allowed, done);
        if (!done) return;
        r.claimedAt = block.timestamp;
        _to(r, Move.CLAIM_NO_SHOW, Stage.NO_SHOW_CLAIMED);
    }

    /// @dev Both signed a final reading.
    function _settled(uint256 position, Measure measure) internal {
        Record storage r = _records[_open[position]];
        _endPaid(position, Move.SETTLE, _cost(r, measure), measure.energyWh());
    }

    function _claim(uint256 n, Record storage r) private {
        uint256 lowest = _isUnusual(n, 84) ? 0 : r.seq + 1;
        uint256 seq = lowest + _part(n, 85, 8);
        (MarketCalls.Signed memory signed, bool good) = _signed(n, r, seq, _isUnusual(n, 86));
        bool fresh = _isReserved(r) || r.stage == Stage.NO_SHOW_CLAIMED;
        bool allowed = good && _reportable(r) && (fresh || seq > r.seq);
        bytes memory data = abi.encodeCall(
            IClaims.claim,
            (r.booking, _state(r), signed.reading, signed.agent, signed.session)
        );
        bool done = _try(_anyRelayer(n), data);
        _checkOutcome("claim", allowed, done);
        if (!done) return;
        Measure m = signed.reading.measure;
        (r.seq, r.energyWh, r.cost) = (seq, m.energyWh(), _cost(r, m));
        if (fresh) r.claimedAt = block.timestamp;
        bool alone = r.stage == Stage.ALONE || r.stage == Stage.CHALLENGED;
        bool stays = alone && seq < r.claim.seq();
        if (alone && !stays) (r.claim, r.bestProofWh) = (Measure.wrap(0), 0);
        if (r.challengedAt != 0) _to(r, Move.CLAIM, stays ? Stage.CHALLENGED : Stage.ANSWERED);
        else _to(r, Move.CLAIM, stays ? Stage.ALONE : Stage.COSIGNED);
    }

    function _claimAlone(uint256 n, Record storage r) private {
        uint256 seq = (_isUnusual(n, 87) ? 0 : r.seq + 1) + _part(n, 88, 8);
        (MarketCalls.Signed memory signed, bool good) = _signed(n, r, seq, !_isUnusual(n, 89));
        // Only the agent signs here: the session key's signature does not matter.
        good = good || (_part(n, 22, 31) == 1 && _isOrdered(signed.reading.measure));
        bool raises = r.stage == Stage.COSIGNED && !r.raised;
        bool knows = !_isUnusual(n, 90);
        bool allowed = good && knows && (_isReserved(r) || (raises && seq > r.seq));
        allowed = allowed && _sites[r.site].status != ListingStatus.REVOKED;
        allowed = allowed && block.timestamp >= _opens(r) && block.timestamp < _reportBy(r);
        allowed = allowed && _isPlausible(r, signed.reading.measure);
        bytes memory data = abi.encodeCall(
            IClaims.claimAlone,
            (r.booking, _state(r), signed.reading, signed.agent, knows ? r.secret : bytes32(n))
        );
        bool done = _try(_anyRelayer(n), data);
        _checkOutcome(raises ? "raise" : "claimAlone", allowed, done);
        if (!done) return;
        (r.claimedAt, r.claim) = (block.timestamp, signed.reading.measure);
        if (raises) r.raised = true;
        _to(r, Move.CLAIM_ALONE, Stage.ALONE);
    }

    /// @dev Final, within the booking's time and the listed power; overstay counts from `closes` until now.
    function _isPlausible(Record storage r, Measure m) private view returns (bool) {
        if (!m.isFinal() || m.beganAt() < _opens(r) || m.endedAt() > _closes(r)) return false;
        if (m.overstaySec() != 0 && _closes(r) + m.overstaySec() > block.timestamp) return false;
        uint256 wattSec = r.booking.terms.metering.maxPowerW() * (m.endedAt() - m.beganAt());
        return m.energyWh() * 3_600 <= wattSec;
    }

    function _isOrdered(Measure m) private pure returns (bool) {
        return m.endedAt() >= m.beganAt();
    }
}
