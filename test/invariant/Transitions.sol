// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ledger} from "./Ledger.sol";

/// @notice Stages of a booking: the ledger's states with their numbers there, and how it ended.
enum Stage {
    FREE,
    RESERVED,
    ARRIVED,
    CLAIMED,
    CLAIMED_ALONE,
    NO_SHOW_CLAIMED,
    CONTESTED,
    CHALLENGED,
    CANCELED,
    FAILED,
    NO_SHOW,
    FULFILLED
}

/// @notice The calls that change the stage of a booking.
enum Move {
    BOOK,
    CANCEL_BY_DRIVER,
    CANCEL_BY_HOST,
    ARRIVE,
    SETTLE,
    SETTLE_ALONE,
    CLAIM,
    CLAIM_ALONE,
    RAISE,
    CLAIM_NO_SHOW,
    EXPIRE,
    CHALLENGE,
    PROVE,
    FINALISE
}

/// @notice The table of states: which stage may follow which, by which call. A move that is not here is a violation.
abstract contract Transitions is Ledger {
    /// @notice One row of the table.
    struct Row {
        Stage from;
        Move move;
        Stage to;
    }

    Row[] internal _rows;
    mapping(uint256 row => bool) private _known;
    mapping(uint256 row => uint256) private _happened;

    function _fillTable() internal {
        _row(Stage.FREE, Move.BOOK, Stage.RESERVED);
        _row(Stage.RESERVED, Move.CANCEL_BY_DRIVER, Stage.CANCELED);
        _row(Stage.RESERVED, Move.ARRIVE, Stage.ARRIVED);
        _row(Stage.RESERVED, Move.CLAIM_NO_SHOW, Stage.NO_SHOW_CLAIMED);
        _row(Stage.ARRIVED, Move.CLAIM_NO_SHOW, Stage.CONTESTED);
        Stage[2] memory reserved = [Stage.RESERVED, Stage.ARRIVED];
        for (uint256 i = 0; i < reserved.length; ++i) {
            _row(reserved[i], Move.CANCEL_BY_HOST, Stage.CANCELED);
            _row(reserved[i], Move.CLAIM, Stage.CLAIMED);
            _row(reserved[i], Move.CLAIM_ALONE, Stage.CLAIMED_ALONE);
            _row(reserved[i], Move.SETTLE_ALONE, Stage.FULFILLED);
            _row(reserved[i], Move.EXPIRE, Stage.FAILED);
        }
        _fillClaims();
        for (uint256 stage = 1; stage <= uint256(Stage.CHALLENGED); ++stage) {
            _row(Stage(stage), Move.SETTLE, Stage.FULFILLED);
        }
    }

    function _fillClaims() private {
        _row(Stage.NO_SHOW_CLAIMED, Move.ARRIVE, Stage.CONTESTED);
        Stage[2] memory denied = [Stage.NO_SHOW_CLAIMED, Stage.CONTESTED];
        for (uint256 i = 0; i < denied.length; ++i) {
            _row(denied[i], Move.CLAIM, Stage.CLAIMED);
            _row(denied[i], Move.FINALISE, Stage.NO_SHOW);
        }
        _row(Stage.CLAIMED, Move.CLAIM, Stage.CLAIMED);
        _row(Stage.CLAIMED, Move.CLAIM_ALONE, Stage.CLAIMED_ALONE);
        _row(Stage.CLAIMED_ALONE, Move.CLAIM, Stage.CLAIMED_ALONE);
        _row(Stage.CLAIMED_ALONE, Move.CLAIM, Stage.CLAIMED);
        _row(Stage.CLAIMED_ALONE, Move.RAISE, Stage.CLAIMED_ALONE);
        _row(Stage.CLAIMED_ALONE, Move.CHALLENGE, Stage.CHALLENGED);
        _row(Stage.CHALLENGED, Move.CLAIM, Stage.CHALLENGED);
        _row(Stage.CHALLENGED, Move.RAISE, Stage.CHALLENGED);
        _row(Stage.CHALLENGED, Move.PROVE, Stage.CHALLENGED);
        _row(Stage.CHALLENGED, Move.PROVE, Stage.FULFILLED);
        Stage[3] memory claimed = [Stage.CLAIMED, Stage.CLAIMED_ALONE, Stage.CHALLENGED];
        for (uint256 i = 0; i < claimed.length; ++i) {
            _row(claimed[i], Move.SETTLE_ALONE, Stage.FULFILLED);
            _row(claimed[i], Move.FINALISE, Stage.FULFILLED);
        }
    }

    function rowCount() external view returns (uint256) {
        return _rows.length;
    }

    /// @notice A row of the table, and how often it happened.
    function rowOf(uint256 index) external view returns (Row memory row, uint256 happened) {
        row = _rows[index];
        return (row, _happened[_key(row.from, row.move, row.to)]);
    }

    function _walk(Stage from, Move move, Stage to) internal {
        uint256 key = _key(from, move, to);
        if (!_known[key]) _recordViolation("a transition that is not in the table");
        ++_happened[key];
    }

    function _row(Stage from, Move move, Stage to) private {
        _rows.push(Row(from, move, to));
        _known[_key(from, move, to)] = true;
    }

    function _key(Stage from, Move move, Stage to) private pure returns (uint256) {
        return (uint256(from) << 16) | (uint256(move) << 8) | uint256(to);
    }
}
