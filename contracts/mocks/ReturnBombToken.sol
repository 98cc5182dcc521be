// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ReturnBomb} from "./ReturnBomb.sol";

/// @title Hostile: transfers burn all gas, or answer with as many bytes as configured; anyone mints and configures
contract ReturnBombToken is ERC20 {
    ReturnBomb.Kind public kind;
    uint256 public sizeBytes;

    constructor() ERC20("Return bomb", "BOMB") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setReturnBomb(ReturnBomb.Kind kind_, uint256 sizeBytes_) external {
        kind = kind_;
        sizeBytes = sizeBytes_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        ReturnBomb.answer(kind, bytes32(uint256(1)), sizeBytes);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        ReturnBomb.answer(kind, bytes32(uint256(1)), sizeBytes);
        return true;
    }

    function balanceOf(address account) public view override returns (uint256) {
        uint256 balance = super.balanceOf(account);
        if (kind == ReturnBomb.Kind.RETURN) ReturnBomb.answer(kind, bytes32(balance), sizeBytes);
        return balance;
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
