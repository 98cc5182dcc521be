// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Phase} from "../../contracts/types/Booking.sol";
import {Ledger} from "./Ledger.sol";

/// @notice Stages of a booking: the phases of the ledger, split by what they allow, and how it ended.
enum Stage {
    FREE,
    RESERVED,
    ARRIVED,
    COSIGNED, // claimed, co-signed only
    ALONE, // claimed, with a unilateral claim on top
    NO_SHOW_CLAIMED,
    CHALLENGED,
    ANSWERED, // challenged, and a co-signed reading has replaced the claim
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
    CLAIM,
    CLAIM_ALONE,
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
        _row(Stage.ARRIVED, Move.ARRIVE, Stage.ARRIVED);
        _row(Stage.RESERVED, Move.CLAIM_NO_SHOW, Stage.NO_SHOW_CLAIMED);
        Stage[2] memory reserved = [Stage.RESERVED, Stage.ARRIVED];
        for (uint256 i = 0; i < reserved.length; ++i) {
            _row(reserved[i], Move.CANCEL_BY_HOST, Stage.CANCELED);
            _row(reserved[i], Move.CLAIM, Stage.COSIGNED);
            _row(reserved[i], Move.CLAIM_ALONE, Stage.ALONE);
            _row(reserved[i], Move.EXPIRE, Stage.FAILED);
        }
        _row(Stage.COSIGNED, Move.CLAIM, Stage.COSIGNED);
        _row(Stage.COSIGNED, Move.CLAIM_ALONE, Stage.ALONE);
        _row(Stage.ALONE, Move.CLAIM, Stage.ALONE);
        _row(Stage.ALONE, Move.CLAIM, Stage.COSIGNED);
        _row(Stage.ALONE, Move.CHALLENGE, Stage.CHALLENGED);
        _row(Stage.NO_SHOW_CLAIMED, Move.CLAIM, Stage.COSIGNED);
        _row(Stage.NO_SHOW_CLAIMED, Move.FINALISE, Stage.NO_SHOW);
        _row(Stage.CHALLENGED, Move.CLAIM, Stage.CHALLENGED);
        _row(Stage.CHALLENGED, Move.CLAIM, Stage.ANSWERED);
        _row(Stage.CHALLENGED, Move.PROVE, Stage.CHALLENGED);
        _row(Stage.CHALLENGED, Move.PROVE, Stage.FULFILLED);
        _row(Stage.ANSWERED, Move.CLAIM, Stage.ANSWERED);
        Stage[4] memory claimed = [Stage.COSIGNED, Stage.ALONE, Stage.CHALLENGED, Stage.ANSWERED];
        for (uint256 i = 0; i < claimed.length; ++i) _row(claimed[i], Move.FINALISE, Stage.FULFILLED);
        for (uint256 stage = 1; stage <= uint256(Stage.ANSWERED); ++stage) {
            _row(Stage(stage), Move.SETTLE, Stage.FULFILLED);
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

    /// @dev The phase on the ledger.
    function _phaseOf(Stage stage) internal pure returns (uint256) {
        if (stage == Stage.RESERVED || stage == Stage.ARRIVED) return Phase.RESERVED;
        return stage == Stage.CHALLENGED || stage == Stage.ANSWERED ? Phase.CHALLENGED : Phase.CLAIMED;
    }

    function _row(Stage from, Move move, Stage to) private {
        _rows.push(Row(from, move, to));
        _known[_key(from, move, to)] = true;
    }

    function _key(Stage from, Move move, Stage to) private pure returns (uint256) {
        return (uint256(from) << 16) | (uint256(move) << 8) | uint256(to);
    }
}
