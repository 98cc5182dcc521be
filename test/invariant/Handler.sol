// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Booking} from "../../contracts/types/Booking.sol";
import {GiveBack, Settlement} from "../../contracts/types/Calls.sol";
import {CompactSignature, Measure, Reading} from "../../contracts/types/Reading.sol";
import {SignedTypes} from "../../contracts/types/SignedTypes.sol";
import {MarketCalls} from "./MarketCalls.sol";
import {SessionModel} from "./SessionModel.sol";
import {Stage} from "./Transitions.sol";
import {vm} from "../support/Vm.sol";

/// @notice What all handlers draw from one number: a booking, a sender, a reading. Most draws are valid, since
/// invalid ones alone reach nothing; about one in eight is not.
abstract contract Handler is SessionModel {
    /// @dev Some booking must be open.
    modifier someOpen() {
        if (_open.length != 0) _;
    }

    /// @dev A position among the open bookings: of one in the wanted stages (a bit for each) if there is one.
    function _pick(uint256 n, uint256 wanted) internal view returns (uint256) {
        uint256 from = _part(n, 1, _open.length - 1);
        if (_isUnusual(n, 2)) return from;
        for (uint256 i = 0; i < _open.length; ++i) {
            uint256 position = (from + i) % _open.length;
            if ((wanted >> uint256(_records[_open[position]].stage)) & 1 == 1) return position;
        }
        return from;
    }

    function _bit(Stage stage) internal pure returns (uint256) {
        return 1 << uint256(stage);
    }

    /// @dev Each open stage with the same probability, so that calls that end bookings leave enough in each.
    function _anyStage(uint256 n) internal pure returns (Stage) {
        return Stage(1 + _part(n, 27, uint256(Stage.CHALLENGED) - 1));
    }

    /// @dev Reserved, and perhaps arrived.
    function _reserved() internal pure returns (uint256) {
        return _bit(Stage.RESERVED) | _bit(Stage.ARRIVED);
    }

    /// @dev One in eight.
    function _isUnusual(uint256 n, uint256 index) internal pure returns (bool) {
        return _part(n, index, 7) == 0;
    }

    function _coinFlip(uint256 n, uint256 index) internal pure returns (bool) {
        return _part(n, index, 1) == 0;
    }

    /// @dev Somebody who sends what others signed.
    function _anyRelayer(uint256 n) internal view returns (address) {
        return _coinFlip(n, 3) ? _relayer : _drivers[_part(n, 4, DRIVERS - 1)];
    }

    /// @dev Authorizes as `signer`: by calling, or by a signature that somebody sends. One in eight is a stranger's.
    function _authorize(
        uint256 n,
        address signer,
        bytes32 structHash
    ) internal view returns (address sender, bytes memory signature, bool good) {
        good = !_isUnusual(n, 5);
        if (_coinFlip(n, 6)) return (good ? signer : _stranger, "", good);
        return (_anyRelayer(n), _signBytes(good ? signer : _stranger, structHash), good);
    }

    /// @dev The same, by the driver or by the session key.
    function _authorizeAsDriver(
        uint256 n,
        Record storage r,
        bytes32 typeHash
    ) internal view returns (address sender, bytes memory signature, bool good) {
        address signer = _coinFlip(n, 7) ? r.driver : r.booking.session.sessionKey();
        return _authorize(n, signer, keccak256(abi.encode(typeHash, r.id)));
    }

    /// @dev A reading within the booking's time, of up to twice what the listed power gives.
    function _measure(
        uint256 n,
        Record storage r,
        uint256 seq,
        bool isFinal
    ) internal view returns (Measure) {
        (uint256 opens, uint256 closes) = (_opens(r), _closes(r));
        // Mostly of what has passed: the agent alone cannot claim what is still to come.
        uint256 until = _isUnusual(n, 155) ? closes : _max(opens, _min(closes, block.timestamp));
        uint256 beganAt = _isUnusual(n, 8) ? opens - _part(n, 9, 1) : opens + _part(n, 10, until - opens);
        uint256 endedAt =
            _isUnusual(n, 11)
                ? until + _part(n, 12, 1)
                : beganAt + _part(n, 13, until - _min(beganAt, until));
        if (_part(n, 14, 31) == 0) endedAt = beganAt - 1;
        uint256 limitWh =
            endedAt < beganAt ? 0 : (r.booking.terms.metering.maxPowerW() * (endedAt - beganAt)) / 3_600;
        uint256 energyWh = _isUnusual(n, 15) ? limitWh + _part(n, 16, 1) : _part(n, 17, limitWh);
        if (_part(n, 18, 15) == 0) energyWh = 0;
        uint256 late = block.timestamp > closes ? block.timestamp - closes : 0;
        uint256 overstaySec =
            _coinFlip(n, 19)
                ? 0
                : _isUnusual(n, 20)
                    ? late + 1
                    : _part(n, 21, late);
        uint256 word = seq | (energyWh << 32) | (beganAt << 80) | (endedAt << 120) | (overstaySec << 160);
        return Measure.wrap(word | (isFinal ? 1 << 192 : 0));
    }

    /// @dev A reading with the signatures of both; one in sixteen lacks one of them.
    function _signed(
        uint256 n,
        Record storage r,
        uint256 seq,
        bool isFinal
    ) internal view returns (MarketCalls.Signed memory signed, bool good) {
        signed.reading = Reading(_measure(n, r, seq, isFinal), keccak256(abi.encode(n)), bytes32(n));
        uint256 agentKey = _sites[r.site].agentKey;
        uint256 sessionKey = _keyOf[r.booking.session.sessionKey()];
        uint256 without = _part(n, 22, 31);
        signed.agent = _signReading(without == 0 ? sessionKey : agentKey, r.id, signed.reading);
        signed.session = _signReading(without == 1 ? agentKey : sessionKey, r.id, signed.reading);
        Measure m = signed.reading.measure;
        good = without > 1 && m.endedAt() >= m.beganAt();
    }

    function _settlement(
        Record storage r,
        MarketCalls.Signed memory signed
    ) internal view returns (Settlement memory) {
        return
            Settlement(r.booking, MarketCalls.dated(signed.reading, r.since), signed.agent, signed.session);
    }

    /// @dev Some of the booking's slots, or none of them; one in eight is not signed by the agent.
    function _givenBack(
        uint256 n,
        Record storage r
    ) internal view returns (GiveBack memory given, bool byAgent) {
        given.fromSlot = r.booking.session.firstSlot() + _part(n, 153, r.booking.session.slotCount());
        byAgent = !_isUnusual(n, 154);
        given.agentSignature = _sign(
            byAgent ? _sites[r.site].agentKey : _keyOf[_stranger],
            keccak256(abi.encode(SignedTypes.GIVE_BACK, r.id, given.fromSlot))
        );
    }

    /// @dev Only slots that have not begun.
    function _releaseGiven(Record storage r, GiveBack memory given) internal {
        _releaseFrom(r, _max(given.fromSlot, block.timestamp / SLOT_SEC + 1));
    }

    /// @dev The agent's signature of a no-show.
    function _noShow(Record storage r) internal view returns (CompactSignature memory) {
        return _sign(_sites[r.site].agentKey, keccak256(abi.encode(SignedTypes.NO_SHOW, r.id)));
    }

    function _listed(uint256 site) internal view returns (MarketCalls.Listed memory) {
        bytes32 placeHash = keccak256(abi.encode(_sites[site].listing.place));
        return MarketCalls.Listed(_sites[site].listing.weeklyHours, placeHash);
    }

    /// @dev The tail of this booking's purse in the market.
    function _tailNow(Booking memory booking) internal view returns (uint192 tail) {
        (, tail) = market.purseOf(booking.purse.driver(), booking.purse.index());
    }

    /// @dev Whether this is the reading that the agent alone claimed.
    function _isClaimed(Record storage r, Measure m) internal view returns (bool) {
        uint256 quantities = (1 << 192) - 1;
        return Measure.unwrap(m) & quantities == Measure.unwrap(r.claim) & quantities;
    }

    /// @dev Signing for it concedes the challenge.
    function _isChallenged(Record storage r, Measure m) internal view returns (bool) {
        return r.stage == Stage.CHALLENGED && _isClaimed(r, m);
    }

    function _warp(uint256 to) internal {
        if (to > block.timestamp) vm.warp(to);
    }
}
