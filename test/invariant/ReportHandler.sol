// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClaims} from "../../contracts/interfaces/IClaims.sol";
import {GiveBack} from "../../contracts/types/Calls.sol";
import {Measure} from "../../contracts/types/Reading.sol";
import {Handler} from "./Handler.sol";
import {MarketCalls} from "./MarketCalls.sol";
import {Move, Stage} from "./Transitions.sol";

/// @notice Readings that both signed.
abstract contract ReportHandler is Handler {
    function settle(uint256 n) external someOpen {
        uint256 position = _pick(n, _bit(_anyStage(n)));
        Record storage r = _records[_open[position]];
        if (r.stage != _anyStage(n) && !_isUnusual(n, 78)) return;
        (MarketCalls.Signed memory signed, bool good) = _signed(n, r, _part(n, 80, 40), !_isUnusual(n, 81));
        bool allowed = good && signed.reading.measure.isFinal() && _reportable(r);
        bool asBooked = _isReserved(r) ? _coinFlip(n, 91) : _isUnusual(n, 92);
        bool done = _try(
            _anyRelayer(n),
            asBooked
                ? MarketCalls.settle(_settlement(r, signed))
                : MarketCalls.settleFrom(r.booking, _state(r), signed)
        );
        // Without a state it settles only a booking on which nothing is claimed.
        if (asBooked && !_isReserved(r)) allowed = false;
        _checkOutcome(asBooked ? "settle" : "settleFrom", allowed, done);
        if (done) _settled(position, signed.reading.measure);
    }

    /// @notice The driver co-signs the reading that was challenged.
    function concede(uint256 n) external someOpen {
        uint256 position = _pick(n, _bit(Stage.CHALLENGED));
        Record storage r = _records[_open[position]];
        if (r.stage != Stage.CHALLENGED || _coinFlip(n, 151)) return;
        MarketCalls.Signed memory signed;
        signed.reading.measure = Measure.wrap(Measure.unwrap(r.claim) | (1 << 192));
        signed.agent = _signReading(_sites[r.site].agentKey, r.id, signed.reading);
        signed.session = _signReading(_keyOf[r.booking.session.sessionKey()], r.id, signed.reading);
        bool allowed = _reportable(r);
        bool done = _try(_anyRelayer(n), MarketCalls.settleFrom(r.booking, _state(r), signed));
        _checkOutcome("concede", allowed, done);
        if (done) _settled(position, signed.reading.measure);
    }

    /// @notice Settles and frees the slots from a given one on that have not begun.
    function settleAndGiveBack(uint256 n) external someOpen {
        if (!_isUnusual(n, 152)) return;
        uint256 position = _pick(n, _reserved());
        Record storage r = _records[_open[position]];
        (MarketCalls.Signed memory signed, bool good) = _signed(n, r, _part(n, 80, 40), true);
        (GiveBack memory given, bool byAgent) = _givenBack(n, r);
        bool allowed = good && byAgent && _isReserved(r) && _reportable(r);
        bool done = _try(_anyRelayer(n), MarketCalls.settleAndGiveBack(_settlement(r, signed), given));
        _checkOutcome("settleAndGiveBack", allowed, done);
        if (!done) return;
        _releaseGiven(r, given);
        _settled(position, signed.reading.measure);
    }

    function claim(uint256 n) external someOpen {
        uint256 wanted = _reserved() | _bit(Stage.NO_SHOW_CLAIMED) | _bit(Stage.CONTESTED);
        Record storage r = _records[_open[_pick(n, wanted)]];
        _claim(n, r);
    }

    /// @notice A co-signed reading against a claim or a challenge, older or newer than what was claimed.
    function answer(uint256 n) external someOpen {
        uint256 wanted = _bit(Stage.CLAIMED) | _bit(Stage.CLAIMED_ALONE) | _bit(Stage.CHALLENGED);
        Record storage r = _records[_open[_pick(n, _coinFlip(n, 82) ? _bit(Stage.CHALLENGED) : wanted)]];
        _claim(n, r);
    }

    /// @dev Both signed a final reading.
    function _settled(uint256 position, Measure measure) internal {
        Record storage r = _records[_open[position]];
        uint256 soldWh = _plausibleWh(r, measure.energyWh(), measure.endedAt() - measure.beganAt());
        uint256 forfeit = _isChallenged(r, measure) ? _forfeitOf(r) : 0;
        _endForfeiting(position, Move.SETTLE, _cost(r, measure), soldWh, forfeit);
    }

    function _claim(uint256 n, Record storage r) private {
        uint256 seq = (_isUnusual(n, 84) ? 0 : r.seq + 1) + _part(n, 85, 8);
        (MarketCalls.Signed memory signed, bool good) = _signed(n, r, seq, _isUnusual(n, 86));
        Stage stage = r.stage;
        bool first = stage != Stage.CLAIMED && stage != Stage.CLAIMED_ALONE && stage != Stage.CHALLENGED;
        Measure m = signed.reading.measure;
        bool allowed = good && !m.isFinal() && _reportable(r) && (first || seq > r.seq);
        bytes memory data = abi.encodeCall(
            IClaims.claim,
            (r.booking, _state(r), signed.reading, signed.agent, signed.session)
        );
        bool done = _try(_anyRelayer(n), data);
        _checkOutcome("claim", allowed, done);
        if (!done) return;
        (r.seq, r.energyWh, r.overstaySec) = (seq, m.energyWh(), m.overstaySec());
        r.timeSec = m.endedAt() - m.beganAt();
        if (first) r.since = block.timestamp;
        bool replaced = stage == Stage.CLAIMED_ALONE && seq >= r.claim.seq();
        _to(r, Move.CLAIM, first || replaced ? Stage.CLAIMED : stage);
    }
}
